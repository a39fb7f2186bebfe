package org.jkprobes.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
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
import org.jkprobes.gdb.target.GdbTarget;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("oracle")
@Tag("kernel")
class QemuHitsTest {
    private static final int EACH = 5000;
    private static final int KILLS = 20;
    /** Of a client, before it is killed. */
    private static final int MOST_HITS = 30;

    private static final int SPREAD_MICROS = 5000;
    private static final long SEED = 6;

    @TempDir
    Path folder;

    private QemuGuest guest(int each, EventLog log) throws Exception {
        Path program = GuestProgram.build(folder, "looks.c", "-DEACH=" + each);
        return new QemuGuest(QemuGuest.program(Guest.X86_64, program), 2, log);
    }

    @Test
    @Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
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

    @Test
    @Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aClientKilledAnywhereLeavesAGuestThatFinishes() throws Exception {
        Random random = new Random(SEED);
        EventLog log = new EventLog();
        try (QemuGuest guest = guest(EACH, log)) {
            GdbTarget first = guest.target(guest.connect());
            long place = guest.boot(first).find("find_vpid").orElseThrow().address();
            Kprobe begun = Kprobes.on(first).register(Kprobe.at(place).build());
            first.run(() -> begun.hits() > 0);
            first.close(); // its breakpoint is left to the next client
            int hits = 0;
            for (int kill = 0; kill < KILLS; kill++) {
                hits += killed(guest, place, random.nextInt(MOST_HITS), random.nextInt(SPREAD_MICROS));
            }
            assertThat(hits).isBetween(KILLS, 2 * EACH);
            guest.target(guest.connect()).detach();
            assertThat(guest.ended()).isEmpty();
            assertThat(log.console()).containsSubsequence("done", "done");
        }
    }

    /** Kills a client, SIGKILL, some time after it has told of so many hits. @return the hits it has told of in all */
    private static int killed(QemuGuest guest, long place, int hits, int micros) throws Exception {
        Process client = KilledClient.start(guest.address(), Guest.X86_64.toString(), place);
        try (InputStream said = client.getInputStream()) {
            assertThat(said.read()).as("it begins").isEqualTo('!');
            assertThat(said.readNBytes(hits)).hasSize(hits);
            TimeUnit.MICROSECONDS.sleep(micros);
            assertThat(client.isAlive()).isTrue();
            client.toHandle().destroyForcibly(); // what it has said stays readable
            int more = said.readAllBytes().length;
            assertThat(client.waitFor()).as("by SIGKILL").isEqualTo(128 + 9);
            return hits + more;
        }
    }
}
