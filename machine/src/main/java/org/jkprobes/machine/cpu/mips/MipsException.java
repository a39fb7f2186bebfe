package org.jkprobes.machine.cpu.mips;

/** Exception codes (Cause.ExcCode; MIPS32 PRA vol. III, table 9.31), with what else their delivery needs. */
public final class MipsException {
    private MipsException() {}

    public static final int INTERRUPT = 0;
    public static final int TLB_MODIFIED = 1;
    public static final int TLB_LOAD = 2;
    public static final int TLB_STORE = 3;
    public static final int ADDRESS_LOAD = 4;
    public static final int ADDRESS_STORE = 5;
    public static final int SYSCALL = 8;
    public static final int BREAKPOINT = 9;
    public static final int RESERVED_INSTRUCTION = 10;
    public static final int COPROCESSOR_UNUSABLE = 11;
    public static final int OVERFLOW = 12;
    public static final int TRAP = 13;

    /** Set beside the code when no TLB entry matched: the refill vector is taken. */
    static final int REFILL = 1 << 8;

    private static final int COPROCESSOR_SHIFT = 12;

    static int coprocessorUnusable(int unit) {
        return COPROCESSOR_UNUSABLE | unit << COPROCESSOR_SHIFT;
    }

    /** Whether it is the purpose of the instruction. */
    static boolean onPurpose(int exception) {
        int code = code(exception);
        return code == SYSCALL || code == BREAKPOINT || code == TRAP;
    }

    /** Whether no TLB entry matched. */
    public static boolean isRefill(int exception) {
        return (exception & REFILL) != 0;
    }

    /** Cause.ExcCode. */
    public static int code(int exception) {
        return exception & 0x1f;
    }

    static int coprocessor(int exception) {
        return exception >>> COPROCESSOR_SHIFT;
    }
}
