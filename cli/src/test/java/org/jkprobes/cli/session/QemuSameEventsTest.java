package org.jkprobes.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.JprobePoint;
import org.jkprobes.cli.ProbeOptions;
import org.jkprobes.cli.ProbePoint;
import org.jkprobes.cli.event.RunSummary;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One set of probes, one kernel, one workload: the same events on our machine and on QEMU. */
@Tag("oracle")
@Tag("kernel")
class QemuSameEventsTest {
    /** The shell's own commands only: no other process is there whose turn could come sooner or later. */
    private static final String WORKLOAD = """
            kill -0 70001
            for i in 1 2 3 4 5 6 7 8 9; do kill -0 4000$i; umask 2$i; done
            exec 5< /proc/version; read line <&5; exec 6<&5; exec 5<&-; exec 6<&-
            kill -0 70002
            """;

    /** Bytes of a function of which every instruction is probed. */
    private static final int EVERY = 0x60;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Guest.class)
    @Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void theSameEvents(Guest guest) throws IOException {
        Path module = Files.writeString(folder.resolve("Looks.java"), """
                import org.jkprobes.*;

                public final class Looks implements org.jkprobes.module.ProbeModule {
                    @Override
                    public void init(Kprobes kprobes) {
                        kprobes.register(Kretprobe.at("find_vpid")
                                .data(() -> new long[1])
                                .entry((call, regs) -> {
                                    call.data()[0] = kprobes.argument(regs, 0);
                                    return 0;
                                })
                                .handler((call, regs) -> kprobes.printk("%d: %b",
                                        call.data()[0], kprobes.returnValue(regs) != 0))
                                .build());
                    }
                }
                """);
        List<ProbePoint> places = new ArrayList<>(List.of(ProbePoint.parse("find_vpid")));
        for (int offset = 0; guest == Guest.MIPSEL && offset < EVERY; offset += 4) { // with branches and delay slots
            places.add(ProbePoint.parse("close_fd+0x" + Integer.toHexString(offset)));
        }
        ProbeOptions probes = new ProbeOptions(
                places,
                true,
                List.of(JprobePoint.parse("find_vpid:1"), JprobePoint.parse("close_fd:1")),
                List.of(ProbePoint.parse("close_fd"), ProbePoint.parse("find_vpid")),
                List.of(),
                List.of(module),
                List.of(),
                true);
        EventLog ours = new EventLog();
        MachineSession.withoutKeys().run(QemuGuest.commands(guest, WORKLOAD, probes), ours);
        EventLog qemus = new EventLog();
        RunSummary summary = QemuSession.withoutKeys(1).run(QemuGuest.commands(guest, WORKLOAD, probes), qemus);
        assertThat(summary.end()).isEqualTo(RunSummary.End.POWER_OFF);
        List<String> expected = ours.between(70_001, 70_002);
        assertThat(expected)
                .hasSizeGreaterThan(4 * 10)
                .anyMatch(event -> event.startsWith("kretprobe close_fd"))
                .anyMatch(event -> event.startsWith("kprobe find_vpid+0 post"))
                .contains("log 40001: false", "log 40009: false");
        assertThat(qemus.between(70_001, 70_002)).isEqualTo(expected);
        assertThat(summary.probes()).extracting(count -> count.missed()).containsOnly(0L);
    }
}
