package org.jkprobes.arch.mips;

/** Register numbers, those of GDB's layout ({@code mips-tdep}: general, status, lo, hi, badvaddr, cause, pc, then the FPU's). */
public final class MipsRegisters {
    public static final int V0 = 2;
    public static final int A0 = 4;
    public static final int GP = 28;
    public static final int SP = 29;
    public static final int RA = 31;
    public static final int STATUS = 32;
    public static final int LO = 33;
    public static final int HI = 34;
    public static final int BADVADDR = 35;
    public static final int CAUSE = 36;
    public static final int PC = 37;
    public static final int F0 = 38;
    public static final int FCSR = 70;
    public static final int FIR = 71;

    /** The bit of Status that makes coprocessor 1, the FPU, usable. */
    static final long STATUS_CU1 = 1L << 29;

    private MipsRegisters() {}
}
