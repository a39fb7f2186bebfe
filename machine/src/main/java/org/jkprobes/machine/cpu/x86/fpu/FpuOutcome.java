package org.jkprobes.machine.cpu.x86.fpu;

/** How an instruction ended. Unless {@link #DONE}, it has changed nothing but exception flags, and the CPU raises something. */
public final class FpuOutcome {
    public static final int DONE = 0;
    /** An access failed: the memory knows how. */
    public static final int MEMORY_FAULT = 1;
    /**
     * An x87 exception is pending and unmasked, found by an instruction that waits: #MF if CR0.NE is set, else FERR# is asserted
     * (interrupt 13 on a PC).
     */
    public static final int X87_ERROR = 2;
    /** An unmasked SSE exception: #XM if CR4.OSXMMEXCPT is set, else #UD. */
    public static final int SIMD_ERROR = 3;
    /** #UD. */
    public static final int UNDEFINED = 4;
    /** #NM: CR0.TS or CR0.EM. */
    public static final int NOT_AVAILABLE = 5;
    /** #GP(0): a misaligned operand of 16 bytes or a reserved bit of MXCSR. */
    public static final int PROTECTION = 6;

    private FpuOutcome() {}
}
