package org.jkprobes.cli.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jkprobes.machine.InputJournal;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.Snapshot;
import org.jkprobes.machine.engine.Engines;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real kernel does the same every time. */
@Tag("kernel")
class DeterminismTest {
    private static final long LIMIT = 500_000_000;
    /** Processes, pipes, files, timers, the guest's idle loop. */
    private static final String WORK = "for i in 1 2 3; do echo $i > /tmp/f; cat /tmp/f | wc; sleep 0.02; done; uptime";

    @TempDir
    Path folder;

    private static long run(BootedGuest guest, long retired) {
        assertThat(guest.machine().run(retired)).isEqualTo(Machine.Outcome.REACHED);
        return guest.machine().stateHash();
    }

    @Test
    void two_boots_are_equal_at_100_instruction_counts_whatever_the_engine() throws Exception {
        BootedGuest one = BootedGuest.switchedOn();
        BootedGuest other = BootedGuest.switchedOn();
        other.machine().engine(Engines.interpreter());
        SplittableRandom random = new SplittableRandom(1);
        for (long i = 0, at = 1000; i < 100; i++, at += random.nextInt(1, 10_000_000)) {
            assertThat(run(one, at)).as("at %d", at).isEqualTo(run(other, at));
        }
    }

    @Test
    void two_working_guests_are_equal_at_100_instruction_counts_whatever_the_engine() throws Exception {
        BootedGuest one = BootedGuest.atShell().type(WORK);
        BootedGuest other = BootedGuest.atShell().type(WORK);
        other.machine().engine(Engines.interpreter());
        SplittableRandom random = new SplittableRandom(2);
        long at = one.machine().timeline().retired();
        for (int i = 0; i < 100; i++, at += random.nextInt(1, 500_000)) {
            // One of them takes the way in many steps.
            run(other, at + 1);
            run(one, at);
            assertThat(run(one, at + 1))
                    .as("at %d", at + 1)
                    .isEqualTo(other.machine().stateHash());
        }
        assertThat(one.console()).isEqualTo(other.console()).contains("load average");
    }

    @Test
    void restored_equals_uninterrupted() throws Exception {
        Path file = folder.resolve("work.snap");
        SplittableRandom random = new SplittableRandom(3);
        BootedGuest uninterrupted = BootedGuest.atShell().type(WORK);
        long at = uninterrupted.machine().timeline().retired();
        for (int saved = 0; saved < 4; saved++) {
            at += random.nextInt(1_000_000, 6_000_000);
            run(uninterrupted, at);
            // What was typed has all been taken: keys that wait outside are no state.
            assertThat(uninterrupted.machine().keyboard().hasKeys()).isFalse();
            Snapshot.save(uninterrupted.machine(), file, Map.of());
            BootedGuest restored = BootedGuest.from(file);
            for (int i = 0; i < 5; i++) {
                at += random.nextInt(1, 1_000_000);
                assertThat(run(restored, at)).as("at %d", at).isEqualTo(run(uninterrupted, at));
            }
        }
    }

    @Test
    void a_session_can_be_replayed() throws Exception {
        BootedGuest typed = BootedGuest.atShell();
        for (String line : List.of("x=$(uname -m)", "echo it is $x", "sleep 0.1; cat /proc/interrupts")) {
            typed.type(line).runToPrompt(LIMIT);
        }
        assertThat(typed.console()).contains("it is mips\r\n", "timer");

        BootedGuest replayed = BootedGuest.atShell();
        replayed.machine().replay(InputJournal.parse(typed.machine().journal().text()));
        assertThat(run(replayed, typed.machine().timeline().retired()))
                .isEqualTo(typed.machine().stateHash());
        assertThat(replayed.console()).isEqualTo(typed.console());
    }

    @Test
    void the_guest_can_switch_off_and_reset() throws Exception {
        assertThat(BootedGuest.atShell().type("poweroff -f").runToEnd(LIMIT)).isEqualTo(Machine.Outcome.POWER_OFF);
        assertThat(BootedGuest.atShell().type("reboot -f").runToEnd(LIMIT)).isEqualTo(Machine.Outcome.RESET);
    }

    /** CPU time, since a build host may be busy; the best of three, since the JVM may be cold. */
    @Test
    void a_booted_guest_is_restored_well_within_half_a_second() throws Exception {
        Path file = folder.resolve("shell.snap");
        BootedGuest guest = BootedGuest.atShell();
        Snapshot.save(guest.machine(), file, Map.of());
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            long start = threads.getCurrentThreadCpuTime();
            try (Snapshot snapshot = Snapshot.open(file)) {
                snapshot.restore(guest.machine());
            }
            best = Math.min(best, threads.getCurrentThreadCpuTime() - start);
        }
        assertThat(best / 1_000_000).as("ms").isLessThan(250);
    }
}
