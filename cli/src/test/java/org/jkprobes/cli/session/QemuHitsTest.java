package org.jkprobes.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.cli.Guest;
import org.jkprobes.gdb.client.StubException;
import org.jkprobes.gdb.target.GdbTarget;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("oracle")
@Tag("kernel")
class QemuHitsTest {
    private static final int EACH = 5000;

    @TempDir
    Path folder;

    private QemuGuest guest(int each, EventLog log) throws Exception {
        Path program = folder.resolve("looks");
        Process gcc = new ProcessBuilder(
                        "gcc",
                        "-O2",
                        "-static",
                        "-nostdlib",
                        "-ffreestanding",
                        "-fno-stack-protector",
                        "-DEACH=" + each,
                        "-o",
                        program.toString(),
                        "src/test/guest/looks.c")
                .inheritIO()
                .start();
        assertThat(gcc.waitFor()).isZero();
        return new QemuGuest(QemuGuest.program(Guest.X86_64, program), 2, log);
    }

    @Test
    @Timeout(400)
    void tenThousandHitsOfTwoCpusOnOneProbePoint() throws Exception {
        EventLog log = new EventLog();
        try (QemuGuest guest = guest(EACH, log)) {
            GdbTarget target = guest.target(guest.connect());
            long place = guest.boot(target).find("find_vpid").orElseThrow().address();
            Map<Long, Integer> hits = new HashMap<>();
            Map<Long, Integer> after = new HashMap<>();
            Set<Integer> cpus = new TreeSet<>();
            try (Kprobes kprobes = Kprobes.on(target)) {
                kprobes.register(Kprobe.at(place)
                        .pre((probe, regs) -> {
                            hits.merge(kprobes.argument(regs, 0), 1, Integer::sum);
                            cpus.add(regs.cpu());
                            return 0;
                        })
                        .post((probe, regs, flags) -> after.merge(kprobes.argument(regs, 0), 1, Integer::sum))
                        .build());
                assertThat(target.run()).isEqualTo(GdbTarget.Outcome.ENDED);
            }
            assertThat(log.console()).containsSubsequence("done", "done");
            assertThat(hits).containsEntry(70_001L, EACH).containsEntry(70_002L, EACH);
            assertThat(after).isEqualTo(hits);
            assertThat(cpus).containsExactly(0, 1);
        }
    }

    /** A killed client closes its socket wherever it is, and says nothing. */
    @Test
    @Timeout(400)
    void aClientKilledAnywhereLeavesAGuestThatFinishes() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        EventLog log = new EventLog();
        try (QemuGuest guest = guest(EACH, log)) {
            GdbTarget first = guest.target(guest.connect());
            long place = guest.boot(first).find("find_vpid").orElseThrow().address();
            Kprobes kprobes = Kprobes.on(first);
            Kprobe begun = kprobes.register(Kprobe.at(place).build());
            first.run(() -> begun.hits() > 0);
            first.close(); // the first to be killed
            int hits = 0;
            for (int kill = 0; kill < 19; kill++) {
                hits += killed(guest.target(guest.connect()), place, 20 + random.nextInt(200));
            }
            assertThat(hits).as("seed %d", seed).isPositive();
            guest.target(guest.connect()).detach();
            assertThat(guest.ended()).as("seed %d", seed).isEmpty();
            assertThat(log.console()).as("seed %d", seed).containsSubsequence("done", "done");
        }
    }

    private static int killed(GdbTarget target, long place, int millis) throws InterruptedException {
        Kprobes kprobes = Kprobes.on(target);
        Kprobe probe =
                kprobes.register(Kprobe.at(place).post((p, regs, flags) -> {}).build());
        Thread killer = Thread.ofPlatform().start(() -> {
            try {
                TimeUnit.MILLISECONDS.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            target.close();
        });
        try {
            target.run();
        } catch (StubException e) {
            assertThat(e).hasMessageContaining("clos");
        }
        killer.join();
        return (int) probe.hits();
    }
}
