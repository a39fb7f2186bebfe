package org.jkprobes;

import org.jkprobes.arch.ProbedInstruction;
import org.jkprobes.arch.Step;

/** One hit on a vCPU, from its breakpoint to the end of its step. Reused. */
final class Frame {
    /** Where a hit stands. */
    enum Phase {
        /** Pre-handlers run. */
        ACTIVE,
        /** The instruction is being executed. */
        STEP,
        /** Post-handlers run. */
        STEPPED
    }

    static final Kprobe[] NO_PROBES = {};

    final Step step = new Step();
    ProbePoint point = ProbePoint.TOMBSTONE;
    /** As they were at the start of the hit, though more may have been registered since. */
    Kprobe[] probes = NO_PROBES;
    /** As it was at the start of the hit. */
    ProbedInstruction instruction = NoInstruction.NONE;

    Phase phase = Phase.ACTIVE;
    /** No handlers: this hit came during a handler. */
    boolean missed;
    /** Through instrumentation, not through a breakpoint. */
    boolean optimized;
    /** How often a fault handler has had the instruction tried again. */
    int retries;

    /** Which of the probes were enabled when the hit came: bit i, the last bit also for all further ones. */
    private long begun;

    void began(int index) {
        begun |= 1L << Math.min(index, Long.SIZE - 1);
    }

    boolean hasBegun(int index) {
        return hasBegun(begun, index);
    }

    /** Whether {@link #begun} has a probe. */
    static boolean hasBegun(long begun, int index) {
        return (begun >>> Math.min(index, Long.SIZE - 1) & 1) != 0;
    }

    long begun() {
        return begun;
    }

    /** Goes on with a suspended hit. */
    void resume(Kprobe[] itsProbes, long itsBegun, boolean wasMissed, int itsRetries) {
        probes = itsProbes;
        begun = itsBegun;
        missed = wasMissed;
        retries = itsRetries;
    }

    void start(ProbePoint at) {
        point = at;
        probes = at.probes();
        instruction = at.instruction;
        phase = Phase.ACTIVE;
        begun = 0;
        missed = false;
        optimized = false;
        retries = 0;
    }
}
