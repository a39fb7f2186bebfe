package org.jkprobes.target;

/** What happened, as in the kernel's {@code enum die_val}; {@link Target} says when each is announced. */
public enum DieEvent {
    /** A breakpoint instruction (x86). */
    INT3,
    /** A breakpoint instruction; trapnr is its code field. */
    BREAK,
    /** The trap after a single step (x86). */
    DEBUG,
    /** The end of a single step: the breakpoint behind a slot's copy, or the end of a step in place. */
    SSTEPBP,
    /** A page fault that would reach the guest's own fault entry. */
    PAGE_FAULT,
    /** Any other fault: address error, reserved instruction, coprocessor unusable, overflow, general protection, … */
    GPF,
    /** An exception that is the purpose of the instruction: system call, breakpoint, trap. Announced in slots only. */
    TRAP,
    /**
     * A software TLB refill needed by an instruction in a slot or instrumented. Not a fault: the guest handles it below its fault entry and
     * returns to the same instruction, whose hit then goes on.
     */
    REFILL,
    /**
     * An interrupt is due, or the run may have to end, between two iterations of a repeated instruction in a slot or instrumented (x86: a
     * string instruction with a repeat prefix). Not a fault: the guest returns to the same instruction, whose hit then goes on.
     */
    INTERRUPTED,
    /** The guest kernel reports an oops. */
    OOPS;

    /** Whether the guest comes back to the same instruction, to go on with it. */
    public boolean comesBack() {
        return this == REFILL || this == INTERRUPTED;
    }
}
