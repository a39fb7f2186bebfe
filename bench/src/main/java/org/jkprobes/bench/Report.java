package org.jkprobes.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jkprobes.cli.Guest;

/** What the rounds say, as Markdown that also reads well on a terminal. */
record Report(Guest guest, List<Workload> workloads, List<Round> rounds) {
    private static final double MILLION = 1e6;

    String tables() {
        List<String> lines = new ArrayList<>();
        Yardstick yardstick = Yardstick.of(guest);
        double tight = over(r ->
                        mips(r.ours().span("tight"), r.qemu().span("tight").wallSeconds()))
                .median();
        double getppid = over(r -> r.qemu().span("getppid").wallSeconds() / calls() * 1e9)
                .median();
        lines.add(yardstick.told(tight, getppid));
        lines.add("");
        lines.add("| bar | wanted | measured | met | on that host |");
        lines.add("|---|---|---|---|---|");
        new Bars(guest, rounds).all().forEach(bar -> lines.add(bar.row(yardstick.slower(tight, getppid))));
        lines.add("");
        lines.add(
                "| | ours: s wall | ours: s CPU | QEMU: s wall | QEMU: s CPU | ours / QEMU, wall | ours / QEMU, CPU |");
        lines.add("|---|---|---|---|---|---|---|");
        for (Workload w : workloads) {
            lines.add(row(
                    "`" + w.name() + "`: " + w.what(),
                    r -> r.ours().span(w.name()),
                    r -> r.qemu().span(w.name())));
        }
        lines.add(row(
                "boot, run `true`, power off: whole process",
                r -> r.ourBoot().whole(),
                r -> r.qemuBoot().whole()));
        lines.add("");
        lines.add("| | guest instructions, millions | ours: MIPS by wall | ours: MIPS by CPU | QEMU: MIPS by wall |");
        lines.add("|---|---|---|---|---|");
        workloads.forEach(w -> lines.add(mipsRow(w)));
        return String.join("\n", lines) + "\n";
    }

    private double calls() {
        return workloads.stream()
                .filter(w -> w.name().equals("getppid"))
                .mapToDouble(Workload::count)
                .sum();
    }

    static double mips(Course.Span span, double seconds) {
        return span.instructions() / MILLION / seconds;
    }

    private Spread over(ToDoubleFunction<Round> figure) {
        return Spread.of(rounds.stream().map(figure::applyAsDouble).toList());
    }

    private interface Part {
        Course.Span of(Round round);
    }

    private String row(String what, Part ours, Part qemu) {
        return "| %s | %s | %s | %s | %s | %s | %s |"
                .formatted(
                        what,
                        over(r -> ours.of(r).wallSeconds()),
                        over(r -> ours.of(r).cpuSeconds()),
                        over(r -> qemu.of(r).wallSeconds()),
                        over(r -> qemu.of(r).cpuSeconds()),
                        over(r -> ours.of(r).wallSeconds() / qemu.of(r).wallSeconds()),
                        over(r -> ours.of(r).cpuSeconds() / qemu.of(r).cpuSeconds()));
    }

    /** QEMU does not tell how many instructions it runs without running slower: ours are counted for both. */
    private String mipsRow(Workload w) {
        Part ours = r -> r.ours().span(w.name());
        Part qemu = r -> r.qemu().span(w.name());
        return "| `%s` | %s | %s | %s | %s |"
                .formatted(
                        w.name(),
                        over(r -> ours.of(r).instructions() / MILLION),
                        over(r -> mips(ours.of(r), ours.of(r).wallSeconds())),
                        over(r -> mips(ours.of(r), ours.of(r).cpuSeconds())),
                        over(r -> mips(ours.of(r), qemu.of(r).wallSeconds())));
    }
}
