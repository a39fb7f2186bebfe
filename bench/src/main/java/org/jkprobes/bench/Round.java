package org.jkprobes.bench;

import java.nio.file.Path;
import java.util.function.Consumer;

/** Everything measured once, our machine and QEMU in turns, so that a change of the host's speed meets both. */
record Round(
        Course ours,
        Course interpreted,
        Course qemu,
        Course ourBoot,
        Course interpretedBoot,
        Course qemuBoot,
        Course snapshot,
        double prompt,
        ProbeFigures probes,
        Course linuxKprobe,
        ProbeFigures forks) {
    /** @param linuxKprobe the initramfs of {@link LinuxKprobe} */
    static Round measure(Commands commands, Path linuxKprobe, Consumer<String> progress) {
        progress.accept("workloads, ours");
        Course ours = Stopwatch.measure("our machine", commands.ourWorkloads());
        progress.accept("core, our interpreter");
        Course interpreted = Stopwatch.measure("our interpreter", commands.interpretedCore());
        progress.accept("workloads, QEMU");
        Course qemu = Stopwatch.measure("QEMU", commands.qemuWorkloads());
        requireEqualValues(ours, qemu);
        progress.accept("boot, ours");
        Course ourBoot = Stopwatch.measure("bin/jkprobes run", commands.ourBoot());
        progress.accept("boot, our interpreter");
        Course interpretedBoot = Stopwatch.measure("bin/jkprobes run", commands.interpretedBoot());
        progress.accept("boot, QEMU");
        Course qemuBoot = Stopwatch.measure("QEMU", commands.qemuBoot());
        progress.accept("shell from a snapshot");
        Course snapshot = Stopwatch.measure("bin/jkprobes run --snapshot", commands.ourSnapshot());
        double prompt = Prompt.seconds("bin/jkprobes run --snapshot", commands.ourPrompt());
        progress.accept("probes");
        ProbeFigures probes = ProbeFigures.measure("measuring probes", commands.ourProbes());
        progress.accept("Linux's own kprobe, QEMU");
        Course linux = LinuxKprobe.measure(commands.qemuKprobe(linuxKprobe), progress);
        progress.accept("forks");
        ProbeFigures forks = ProbeFigures.measure("measuring forks", commands.ourForks());
        return new Round(
                ours, interpreted, qemu, ourBoot, interpretedBoot, qemuBoot, snapshot, prompt, probes, linux, forks);
    }

    /** A machine that computes something else is not slower or faster, but wrong. */
    private static void requireEqualValues(Course ours, Course qemu) {
        for (String name : qemu.spans().keySet()) {
            if (!ours.span(name).value().equals(qemu.span(name).value())) {
                throw new BenchFailure(
                        "the workload " + name + " has not computed on our machine what it does on QEMU");
            }
        }
    }
}
