package org.jkprobes.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.cli.Guest;
import org.jkprobes.gdb.client.StopPoint;
import org.jkprobes.gdb.target.GdbTarget;
import org.jkprobes.gdb.target.Watch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Watches of all kinds, and breakpoints of the hardware, on a program whose every access is known; probes next to them. */
@Tag("oracle")
@Tag("kernel")
class QemuWatchTest {
    private static final long TIMES = 300;
    private static final long STORED = 0x700000;
    private static final long LOADED = 0x710000;
    private static final long BOTH = 0x720000;
    private static final long MARK = 0x730000;

    @TempDir
    Path folder;

    @Test
    @Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void eachAccessOnce() throws Exception {
        Path program = GuestProgram.build(
                folder,
                "watched.c",
                "-DTIMES=" + TIMES,
                at(".stored", STORED),
                at(".loaded", LOADED),
                at(".both", BOTH),
                at(".mark", MARK));
        EventLog log = new EventLog();
        List<Long> stored = new ArrayList<>();
        List<Long> loaded = new ArrayList<>();
        List<Long> both = new ArrayList<>();
        List<Long> marks = new ArrayList<>();
        try (QemuGuest guest = new QemuGuest(QemuGuest.program(Guest.X86_64, program), 1, log)) {
            GdbTarget target = guest.target(guest.connect());
            guest.boot(target); // what unpacks the kernel may be at these addresses
            Kprobes kprobes = Kprobes.on(target);
            target.breakpointsByHardware();
            Kprobe mark = Kprobe.at(MARK)
                    .pre((probe, regs) -> {
                        marks.add(kprobes.argument(regs, 0));
                        return 0;
                    })
                    .build();
            target.watch(new Watch(StopPoint.WRITE, STORED, 8, (watch, regs) -> {
                note(stored, target, watch);
                if (stored.size() == 1) {
                    kprobes.register(mark); // now its page is there
                }
            }));
            target.watch(new Watch(StopPoint.READ, LOADED, 8, (watch, regs) -> note(loaded, target, watch)));
            Watch access = new Watch(StopPoint.ACCESS, BOTH, 8, (watch, regs) -> {
                note(both, target, watch);
                if (both.size() == TIMES) {
                    target.unwatch(watch); // half the way
                }
            });
            target.watch(access);
            assertThat(target.run()).isEqualTo(GdbTarget.Outcome.ENDED);
        }
        assertThat(log.console()).contains("done");
        assertThat(marks).isEqualTo(upTo(TIMES, 1).subList(1, (int) TIMES));
        assertThat(stored).isEqualTo(upTo(TIMES, 1));
        assertThat(loaded).isEqualTo(upTo(TIMES, -1));
        // Written, then read.
        assertThat(both)
                .isEqualTo(LongStream.rangeClosed(1, TIMES / 2)
                        .flatMap(i -> LongStream.of(3 * i, 3 * i))
                        .boxed()
                        .toList());
    }

    private static String at(String section, long address) {
        return "-Wl,--section-start=" + section + "=0x" + Long.toHexString(address);
    }

    private static void note(List<Long> values, GdbTarget target, Watch watch) {
        values.add(target.memory().readLong(watch.address(), Long.MIN_VALUE));
    }

    private static List<Long> upTo(long count, long times) {
        return LongStream.rangeClosed(1, count).map(i -> i * times).boxed().toList();
    }
}
