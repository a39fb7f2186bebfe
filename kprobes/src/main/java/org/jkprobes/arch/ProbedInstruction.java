package org.jkprobes.arch;

import org.jkprobes.target.PtRegs;

/**
 * One instruction under a probe point: the architecture's part of it. Its methods run during hits, on several vCPUs at once, and
 * allocate nothing; what is particular to one hit is in its {@link Step}.
 */
public interface ProbedInstruction {
    /** Where it stands. */
    long address();

    /** The original bytes. The array is shared. */
    byte[] bytes();

    /** In GNU syntax. */
    String disassembly();

    /** The breakpoint instruction that is armed over it. The array is shared. */
    byte[] breakpoint();

    /**
     * Does the instruction's work on the registers, if that is how it is done.
     *
     * @return true if so: registers, pc and pending branch are as after it; false: {@link #prepareSingleStep} it
     */
    default boolean emulate(PtRegs regs, Step step) {
        return false;
    }

    /** Makes the vCPU execute the copy, or the instruction in place, and report back. May be called again after {@link #restore}. */
    void prepareSingleStep(PtRegs regs, Step step);

    /**
     * Makes the vCPU execute the copy and go on behind the instruction without reporting back, if that can be done: the hit is over. A fault
     * of the copy is still announced.
     *
     * @return false if it cannot: {@link #prepareSingleStep} it
     */
    default boolean boost(PtRegs regs, Step step) {
        return false;
    }

    /**
     * Whether a step event with these registers is the end of this step; if so, all traces of the step are removed from the registers: they
     * are as after the original instruction.
     */
    boolean resume(PtRegs regs, Step step);

    /** Whether a fault with these registers is one of this step. */
    boolean owns(PtRegs regs, Step step);

    /** After a fault: all traces of the step are removed from the registers, which are as before the original instruction. */
    void restore(PtRegs regs, Step step);

    /** Gives the slot back. Called once, when no vCPU can be in it any more. */
    void remove(Slots slots);
}
