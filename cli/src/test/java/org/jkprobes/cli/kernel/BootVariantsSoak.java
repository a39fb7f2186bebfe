package org.jkprobes.cli.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.jkprobes.cli.session.GuestImage;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole boots of all kinds; minutes. {@code mvn -pl cli -am test -Dtest=BootVariantsSoak -Dsurefire.failIfNoSpecifiedTests=false} */
@Tag("kernel")
class BootVariantsSoak {
    /** To a shell that works, and off. */
    private static void bootAndUse(long mib, String commandLine, boolean packed) throws Exception {
        MaltaMemory memory = new MaltaMemory(mib << 20);
        long start = System.nanoTime();
        BootedGuest guest =
                BootedGuest.switchedOn(memory, BootedGuest.image(BootedGuest.fetched(), commandLine, packed));
        guest.runToPrompt(2 * BootedGuest.BOOT_LIMIT);
        System.out.printf(
                "%d MiB%s, %s: %d million instructions, %.1f s%n",
                mib,
                packed ? ", packed" : "",
                commandLine.contains("nokaslr") ? "nokaslr" : "KASLR",
                guest.machine().timeline().retired() / 1_000_000,
                (System.nanoTime() - start) / 1e9);
        guest.type("grep MemTotal /proc/meminfo").runToPrompt(500_000_000);
        assertThat(guest.console()).containsPattern("MemTotal: +[0-9]+ kB");
        long total = Long.parseLong(guest.console().replaceAll("(?s).*MemTotal: +([0-9]+) kB.*", "$1"));
        // The kernel and its page tables take some.
        assertThat(total).isBetween(mib * 1024 * 3 / 4 - 16_384, mib * 1024);
        assertThat(guest.type("poweroff -f").runToEnd(500_000_000)).isEqualTo(Machine.Outcome.POWER_OFF);
    }

    @ParameterizedTest
    @ValueSource(longs = {64, 256, 512, 1024})
    void boots_with_memory(long mib) throws Exception {
        bootAndUse(mib, GuestImage.COMMAND_LINE, false);
    }

    @Test
    void boots_without_kaslr() throws Exception {
        bootAndUse(256, GuestImage.COMMAND_LINE + " nokaslr", false);
    }

    @Test
    void the_packed_kernel_unpacks_itself() throws Exception {
        bootAndUse(256, GuestImage.COMMAND_LINE + " nokaslr", true);
    }
}
