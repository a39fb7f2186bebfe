package org.jkprobes.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jkprobes.cli.Guest;

/** What the project wants to reach, and what was measured. */
record Bars(Guest guest, List<Round> rounds) {
    private static final double MIB = 1 << 20;
    /** What the workloads whose instructions are translated once and run for long may take on a Malta, of QEMU's time: 1.2 times its speed. */
    private static final double MALTA = 1 / 1.2;

    List<Bar> all() {
        List<Bar> bars = new ArrayList<>();
        besideQemu(bars);
        interpreter(bars);
        bars.add(time("shell's prompt from a snapshot", "s wall", 1, Round::prompt));
        memory(bars);
        probes(bars);
        bars.add(time("a fork of a running guest", "s", 0.02, r -> r.forks().get("fork")));
        bars.add(least(
                "host memory of a fork that has not run",
                "MiB",
                16,
                r -> r.forks().get("fork-memory")));
        return bars;
    }

    private void besideQemu(List<Bar> bars) {
        for (Workload workload : Workload.ALL) {
            String name = workload.name();
            boolean loops = List.of("core", "tight", "iloop").contains(name);
            double limit = loops && guest == Guest.MIPSEL ? MALTA : 1;
            bars.add(least(
                    "`" + name + "`: ours / QEMU, wall",
                    "×",
                    limit,
                    r -> ratio(r.ours().span(name), r.qemu().span(name))));
        }
        bars.add(least(
                "boot, run `true`, power off: ours / QEMU, wall",
                "×",
                1,
                r -> ratio(r.ourBoot().whole(), r.qemuBoot().whole())));
    }

    private void interpreter(List<Bar> bars) {
        boolean pc = guest != Guest.MIPSEL;
        double mips = pc ? 100 : 150;
        double boot = pc ? 25 : 20;
        bars.add(speed(
                "`core` on the interpreter, by wall time", mips, r -> Report.mips(core(r), core(r).wallSeconds())));
        bars.add(speed("the same, by CPU time", mips, r -> Report.mips(core(r), core(r).cpuSeconds())));
        String what = "boot on the interpreter, run `true`, power off";
        bars.add(time(what, "s wall", boot, r -> r.interpretedBoot().whole().wallSeconds()));
        bars.add(
                time("the same", "s CPU", boot, r -> r.interpretedBoot().whole().cpuSeconds()));
    }

    private void memory(List<Bar> bars) {
        String what = "host memory besides the guest's: ";
        bars.add(least(what + "boot", "MiB", 400, r -> beyond(r.ourBoot())));
        bars.add(least(what + "workloads", "MiB", 400, r -> beyond(r.ours())));
        bars.add(least(what + "snapshot", "MiB", 400, r -> beyond(r.snapshot())));
    }

    private void probes(List<Bar> bars) {
        bars.add(hit("a hit, no handler, counted by emitted code", 3, "counted"));
        bars.add(hit("a hit, recorded with two registers by emitted code", 3, "recorded"));
        bars.add(hit("the same, each record handed to Java", 30, "handed-over"));
        bars.add(hit("a hit, Java handler, optimized", 30, "optimized"));
        bars.add(new Bar(
                "the same hit: Linux's own kprobe under QEMU / ours, CPU",
                "×",
                5,
                Bar.Sense.MOST,
                over(r -> LinuxKprobe.hit(r.linuxKprobe()) / r.probes().get("optimized"))));
        bars.add(hit("a hit, pre- and post-handler, reference path", 250, "reference-post"));
        bars.add(time(
                "30 000 probes armed on a running guest",
                "s CPU",
                1,
                r -> r.probes().get("register")));
        String everywhere = "boot with a probe on every function / without, ";
        bars.add(least(everywhere + "Java handler", "×", 1.3, r -> r.probes().get("everywhere")));
        bars.add(least(everywhere + "counting", "×", 1.3, r -> r.probes().get("everywhere-counted")));
    }

    private Bar hit(String what, double limit, String figure) {
        return time(what, "ns", limit, r -> r.probes().get(figure));
    }

    private Bar time(String what, String unit, double limit, ToDoubleFunction<Round> figure) {
        return new Bar(what, unit, limit, Bar.Sense.TIME, over(figure));
    }

    private Bar least(String what, String unit, double limit, ToDoubleFunction<Round> figure) {
        return new Bar(what, unit, limit, Bar.Sense.LEAST, over(figure));
    }

    private Bar speed(String what, double limit, ToDoubleFunction<Round> figure) {
        return new Bar(what, "guest MIPS", limit, Bar.Sense.SPEED, over(figure));
    }

    private Spread over(ToDoubleFunction<Round> figure) {
        return Spread.of(rounds.stream().map(figure::applyAsDouble).toList());
    }

    private static double ratio(Course.Span ours, Course.Span qemu) {
        return ours.wallSeconds() / qemu.wallSeconds();
    }

    private static Course.Span core(Round round) {
        return round.interpreted().span("core");
    }

    /** Peak resident memory of the process, less the guest's whole memory, touched or not. */
    private static double beyond(Course course) {
        return course.whole().peakBytes() / MIB - Commands.MIB;
    }
}
