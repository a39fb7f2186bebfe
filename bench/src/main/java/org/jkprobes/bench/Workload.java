package org.jkprobes.bench;

import java.util.List;

/**
 * A task of the guest program, {@code src/main/guest/workload.c}.
 *
 * @param count how often, so that it takes some seconds on our machine
 */
record Workload(String name, String what, long count) {
    /** Runs before the measured ones, this fraction as long: both machines translate or compile what they see often. */
    private static final int WARM_UP = 5;

    static final List<Workload> ALL = List.of(
            new Workload("core", "lists, matrices, state machine, checksums", 80_000),
            new Workload("tight", "count and branch", 600_000_000),
            new Workload("iloop", "dependent integer operations", 200_000_000),
            new Workload("sieve", "byte stores over 4 MB", 4),
            new Workload("getppid", "system calls", 4_000_000),
            new Workload("fork", "fork, exit, wait", 1_500));

    /** This workload, {@code percent} as long. */
    Workload scaled(int percent) {
        return new Workload(name, what, Math.max(1, count * percent / 100));
    }

    /** The guest's commands: all workloads, each once to warm up and once to be measured. */
    static String script(List<Workload> workloads) {
        StringBuilder script = new StringBuilder();
        for (Workload w : workloads) {
            script.append("workload %s %d\n".formatted(w.name, Math.max(1, w.count / WARM_UP)));
            script.append("workload %s %d\n".formatted(w.name, w.count));
        }
        return script.toString();
    }
}
