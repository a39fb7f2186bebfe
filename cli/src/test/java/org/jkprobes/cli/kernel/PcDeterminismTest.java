package org.jkprobes.cli.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.session.BareGuest;
import org.jkprobes.cli.session.GuestImage;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.Initramfs;
import org.jkprobes.images.KernelImage;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.engine.Engines;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A whole run of a PC, with KASLR as users have it, is the same on both engines: at more than 100 instruction counts, and in the end. */
@Tag("kernel")
class PcDeterminismTest {
    private static final int MOST_APART = 3_000_000;
    /** Processes, pipes, files, timers, the idle loop. */
    private static final String WORK =
            "uname -m; for i in 1 2; do echo $i > /tmp/f; cat /tmp/f | wc; sleep 0.02; done; expr 6 \\* 7";

    private static GuestImage image(Guest guest) throws Exception {
        DebianKernels.Fetched fetched = DebianKernels.fetchFor(guest.architecture(), System.err::println);
        byte[] initramfs =
                Initramfs.of(Files.readAllBytes(fetched.busybox())).exec(WORK).toBytes();
        return new GuestImage(
                KernelImage.open(fetched.kernel(), CacheFolder.ofUser()),
                "kernel",
                Optional.of(initramfs),
                GuestImage.COMMAND_LINE + " quiet");
    }

    @ParameterizedTest
    @CsvSource({"I386, i686", "X86_64, x86_64"})
    void two_runs_are_equal_at_100_instruction_counts_whatever_the_engine(Guest guest, String named) throws Exception {
        GuestImage image = image(guest);
        ByteArrayOutputStream consoleOfOne = new ByteArrayOutputStream();
        ByteArrayOutputStream consoleOfOther = new ByteArrayOutputStream();
        int memory = guest.usualMemory();
        try (Machine one =
                        BareGuest.of(guest, image, memory, consoleOfOne::write).machine();
                Machine other = BareGuest.of(guest, image, memory, consoleOfOther::write)
                        .machine()) {
            other.engine(Engines.interpreter());
            SplittableRandom random = new SplittableRandom(1);
            Machine.Outcome outcome = Machine.Outcome.REACHED;
            int equal = 0;
            for (long at = 1000; outcome == Machine.Outcome.REACHED; at += random.nextInt(1, MOST_APART)) {
                outcome = one.run(at);
                assertThat(other.run(at)).as("at %d", at).isEqualTo(outcome);
                assertThat(one.stateHash()).as("at %d", at).isEqualTo(other.stateHash());
                equal++;
            }
            assertThat(outcome).isEqualTo(Machine.Outcome.POWER_OFF);
            assertThat(equal).isGreaterThan(100);
            assertThat(one.timeline().retired()).isEqualTo(other.timeline().retired());
        }
        assertThat(consoleOfOne.toString(StandardCharsets.UTF_8))
                .isEqualTo(consoleOfOther.toString(StandardCharsets.UTF_8))
                .contains(named + "\r\n", "\n42\r\n");
    }
}
