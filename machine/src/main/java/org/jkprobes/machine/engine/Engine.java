package org.jkprobes.machine.engine;

/** Runs micro-ops. All engines give the same state at the same instruction count. */
public interface Engine {
    /**
     * Runs a CPU until {@code budget} instructions have retired or the CPU wants the machine's attention, and tells the timeline
     * how many retired.
     */
    void run(Vcpu cpu, long budget);
}
