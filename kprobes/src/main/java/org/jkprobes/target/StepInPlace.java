package org.jkprobes.target;

/**
 * Steps one instruction where it stands: for instructions that a slot cannot hold (an exception return never comes back to the breakpoint
 * behind the copy), and for targets without slots.
 */
public interface StepInPlace {
    /**
     * Called inside the chain. After it returns {@link Notify#STOP} the vCPU executes the original instruction at the pc, whatever is armed
     * there, with interrupts held, and announces {@link DieEvent#SSTEPBP} before it does anything else, with the pc (and the pending
     * branch) where the instruction has led. An instruction whose purpose is an exception (syscall, break, a trap that is taken) has
     * led to the exception vector; other exceptions are announced as faults, and there is no {@code SSTEPBP} then.
     */
    void stepInPlace(PtRegs regs);
}
