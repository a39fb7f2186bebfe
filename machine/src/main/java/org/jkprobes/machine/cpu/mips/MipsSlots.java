package org.jkprobes.machine.cpu.mips;

/** Where a MIPS CPU's state lies in the register file. 32-bit values are zero-extended. */
public final class MipsSlots {
    private MipsSlots() {}

    /** General registers 0 to 31 are slots 0 to 31; nothing writes slot 0. */
    public static final int ZERO = 0;

    public static final int GP = 28;
    public static final int SP = 29;
    public static final int RA = 31;
    public static final int HI = 32;
    public static final int LO = 33;
    /** Where the branch goes whose delay slot is next. */
    public static final int BRANCH_TARGET = 34;
    /** Address and value of the last LL. */
    public static final int LL_ADDRESS = 35;

    public static final int LL_VALUE = 36;
    /** Slots below are architectural state. */
    static final int STATE = 37;

    /** Temporaries of one instruction. */
    static final int T0 = 40;

    static final int T1 = 41;
    /** A branch condition; lives across the delay slot. */
    static final int CONDITION = 42;
    /** Where writes to register 0 go. */
    static final int NOWHERE = 43;
    // Registers of coprocessor 0 that kernels use all the time.
    static final int STATUS = 44;

    static final int CAUSE = 45;
    static final int EPC = 46;
    static final int CONTEXT = 47;
    static final int BAD_VADDR = 48;
    static final int ENTRY_LO0 = 49;
    static final int ENTRY_LO1 = 50;

    // More temporaries.
    static final int T2 = 51;
    static final int T3 = 52;
    /** What is of no use behind the instruction, by bit. */
    static final long TEMPORARIES = 1L << T0 | 1L << T1 | 1L << CONDITION | 1L << NOWHERE | 1L << T2 | 1L << T3;
    /** Slots in use. */
    static final int COUNT = 53;
}
