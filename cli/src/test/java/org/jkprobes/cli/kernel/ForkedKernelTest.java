package org.jkprobes.cli.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jkprobes.machine.Machine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Forks of a guest with the real kernel: independent, cheap, and gone when they are closed. */
@Tag("kernel")
class ForkedKernelTest {
    private static final long WORK = 30_000_000;
    private static final long MIB = 1 << 20;

    private static final List<String> COMMANDS = List.of(
            "true",
            "echo $((6*7))",
            "ls -l /proc | tail -3",
            "for i in 1 2 3; do /bin/true; done",
            "echo x > /tmp/x; cat /tmp/x | wc",
            "dd if=/dev/zero of=/tmp/zeros bs=4096 count=500",
            "sleep 0.05; uptime",
            "cat /proc/meminfo");

    /** Host memory of this process; what several machines map counts once. */
    private static long resident() throws IOException {
        System.gc();
        return Files.readString(Path.of("/proc/self/smaps_rollup"))
                .lines()
                .filter(line -> line.startsWith("Pss:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                .sum();
    }

    private static void work(BootedGuest guest, String command, long until) {
        guest.type(command);
        assertThat(guest.machine().run(until)).as(command).isEqualTo(Machine.Outcome.REACHED);
    }

    @Test
    void eight_forks_do_what_the_guest_itself_would_do() throws Exception {
        BootedGuest parent = BootedGuest.atShell();
        work(parent, "cd /tmp", parent.machine().timeline().retired() + WORK);
        long at = parent.machine().timeline().retired();
        long before = parent.machine().stateHash();
        List<BootedGuest> forks = new ArrayList<>();
        while (forks.size() < COMMANDS.size()) {
            forks.add(parent.fork());
        }
        for (int i = 0; i < forks.size(); i++) {
            work(forks.get(i), COMMANDS.get(i), at + WORK);
        }
        assertThat(parent.machine().stateHash()).isEqualTo(before);
        parent.machine().close();
        for (int i = 0; i < forks.size(); i++) {
            BootedGuest alone = BootedGuest.atShell();
            work(alone, "cd /tmp", at);
            assertThat(alone.machine().stateHash()).isEqualTo(before);
            work(alone, COMMANDS.get(i), at + WORK);
            assertThat(forks.get(i).machine().stateHash())
                    .as(COMMANDS.get(i))
                    .isEqualTo(alone.machine().stateHash());
            assertThat(alone.console()).endsWith(forks.get(i).console());
            alone.machine().close();
        }
        assertThat(forks.stream().map(fork -> fork.machine().stateHash()).distinct())
                .hasSize(COMMANDS.size());
    }

    /** Each runs a while and is closed, but for every tenth, which is kept idle; and every fortieth is forked in the stead of its parent. */
    @Test
    void many_forks_leave_memory_flat() throws Exception {
        BootedGuest parent = BootedGuest.atShell();
        List<BootedGuest> kept = new ArrayList<>();
        long first = 0;
        for (int i = 1; i <= 200; i++) {
            BootedGuest fork = parent.fork();
            if (i % 10 == 0) {
                kept.add(fork);
                parent = i % 40 == 0 ? fork : parent;
            } else {
                work(fork, "true", fork.machine().timeline().retired() + 500_000);
                fork.machine().close();
            }
            first = i == 40 ? resident() : first;
        }
        long grown = resident() - first;
        // 16 of them are there for good.
        assertThat(grown).isLessThan(16 * 12 * MIB);
        long seen =
                kept.stream().map(fork -> fork.machine().stateHash()).distinct().count();
        assertThat(seen).as("nobody has run").isEqualTo(1);
    }

    @Test
    void machines_from_one_file_share_its_pages() throws Exception {
        List<BootedGuest> guests = new ArrayList<>();
        guests.add(BootedGuest.atShell());
        long one = resident();
        for (int i = 0; i < 10; i++) {
            guests.add(BootedGuest.atShell());
        }
        assertThat((resident() - one) / 10).as("of 256 MiB each").isLessThan(12 * MIB);
        assertThat(guests.stream().map(guest -> guest.machine().stateHash()).distinct())
                .hasSize(1);
    }
}
