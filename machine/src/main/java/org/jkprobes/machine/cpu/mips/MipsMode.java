package org.jkprobes.machine.cpu.mips;

/** The bits of a MIPS CPU's mode word: what lifting depends on beside the address. */
final class MipsMode {
    private MipsMode() {}

    /** User mode; also the soft TLB's set. */
    static final int USER = 1;
    /** The next instruction is in the delay slot of a branch to {@link MipsSlots#BRANCH_TARGET}. */
    static final int DELAY_SLOT = 4;
    /** So it is, and it is not to be executed: a branch-likely was not taken. */
    static final int NULLIFIED = 8;

    static final int ANY_SLOT = DELAY_SLOT | NULLIFIED;
    /** Coprocessor 0 is usable though this is user mode. */
    static final int CU0 = 16;
    /** One instruction is stepped where it stands, whatever breakpoint stands there. */
    static final int IN_PLACE = 32;
}
