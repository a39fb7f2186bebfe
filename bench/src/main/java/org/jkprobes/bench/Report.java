package org.jkprobes.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jkprobes.cli.Guest;

/** What the rounds say, as Markdown that also reads well on a terminal. */
record Report(Guest guest, List<Workload> workloads, List<Round> rounds) {
    private static final double MILLION = 1e6;
    private static final double MIB = 1 << 20;

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
        bars().forEach(bar -> lines.add(bar.row(yardstick.slower(tight, getppid))));
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

    private List<Bar> bars() {
        boolean pc = guest != Guest.MIPSEL;
        return List.of(
                new Bar(
                        "`core` on the interpreter, by wall time",
                        "guest MIPS",
                        pc ? 100 : 150,
                        Bar.Sense.SPEED,
                        over(r -> mips(core(r), core(r).wallSeconds()))),
                new Bar(
                        "the same, by CPU time",
                        "guest MIPS",
                        pc ? 100 : 150,
                        Bar.Sense.SPEED,
                        over(r -> mips(core(r), core(r).cpuSeconds()))),
                new Bar(
                        "boot, run `true`, power off",
                        "s wall",
                        pc ? 25 : 20,
                        Bar.Sense.TIME,
                        over(r -> r.ourBoot().whole().wallSeconds())),
                new Bar(
                        "the same",
                        "s CPU",
                        pc ? 25 : 20,
                        Bar.Sense.TIME,
                        over(r -> r.ourBoot().whole().cpuSeconds())),
                new Bar(
                        "boot on the interpreter, run `true`, power off",
                        "s wall",
                        pc ? 25 : 20,
                        Bar.Sense.TIME,
                        over(r -> r.interpretedBoot().whole().wallSeconds())),
                new Bar(
                        "the same",
                        "s CPU",
                        pc ? 25 : 20,
                        Bar.Sense.TIME,
                        over(r -> r.interpretedBoot().whole().cpuSeconds())),
                new Bar("shell's prompt from a snapshot", "s wall", 1, Bar.Sense.TIME, over(Round::prompt)),
                new Bar(
                        "shell from a snapshot, run `true`, power off",
                        "s wall",
                        2,
                        Bar.Sense.TIME,
                        over(r -> r.snapshot().whole().wallSeconds())),
                new Bar(
                        "the same",
                        "s CPU",
                        2,
                        Bar.Sense.TIME,
                        over(r -> r.snapshot().whole().cpuSeconds())),
                new Bar(
                        "host memory besides the guest's: boot",
                        "MiB",
                        500,
                        Bar.Sense.LEAST,
                        over(r -> beyond(r.ourBoot()))),
                new Bar(
                        "host memory besides the guest's: workloads",
                        "MiB",
                        500,
                        Bar.Sense.LEAST,
                        over(r -> beyond(r.ours()))),
                new Bar(
                        "host memory besides the guest's: snapshot",
                        "MiB",
                        500,
                        Bar.Sense.LEAST,
                        over(r -> beyond(r.snapshot()))),
                probes("a hit, no handler, counted by emitted code", "ns", 3, "counted"),
                probes("a hit, recorded with two registers by emitted code", "ns", 3, "recorded"),
                probes("a hit, counting handler, optimized", "ns", 60, "optimized"),
                probes("a hit, counting handler, reference path", "ns", 1000, "reference"),
                probes("a hit, pre- and post-handler, reference path", "ns", 1000, "reference-post"),
                probes("10 000 probes registered", "s", 1, "register"),
                probes("boot with a probe on every function / without", "×", 2, "everywhere"),
                new Bar(
                        "the same, probes that only count",
                        "×",
                        1.3,
                        Bar.Sense.LEAST,
                        over(r -> r.probes().get("everywhere-counted"))),
                new Bar(
                        "a fork of a running guest",
                        "s",
                        0.02,
                        Bar.Sense.TIME,
                        over(r -> r.forks().get("fork"))),
                new Bar(
                        "host memory of a fork that has not run",
                        "MiB",
                        16,
                        Bar.Sense.LEAST,
                        over(r -> r.forks().get("fork-memory"))));
    }

    private Bar probes(String what, String unit, double limit, String figure) {
        Bar.Sense sense = unit.equals("×") ? Bar.Sense.LEAST : Bar.Sense.TIME;
        return new Bar(what, unit, limit, sense, over(r -> r.probes().get(figure)));
    }

    private static Course.Span core(Round round) {
        return round.interpreted().span("core");
    }

    private static double mips(Course.Span span, double seconds) {
        return span.instructions() / MILLION / seconds;
    }

    /** Peak resident memory of the process, less the guest's whole memory, touched or not. */
    private static double beyond(Course course) {
        return course.whole().peakBytes() / MIB - Commands.MIB;
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
