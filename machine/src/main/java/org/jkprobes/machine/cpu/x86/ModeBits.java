package org.jkprobes.machine.cpu.x86;

/** All that the lifting of an instruction depends on beside its bytes: {@link SystemState#modeBits}. Bits 0 and 1 are the {@link Privilege}. */
final class ModeBits {
    /** 64-bit mode: CS.L in long mode. */
    static final int LONG = 1 << 2;
    /** CS.D, outside 64-bit mode. */
    static final int CODE_BIG = 1 << 3;
    /** SS.B, outside 64-bit mode. */
    static final int STACK_BIG = 1 << 4;
    /** DS, ES or SS have a base that must be added. */
    static final int DATA_BASE = 1 << 5;
    /** CS has a base. */
    static final int CODE_BASE = 1 << 6;

    static final int TRAP = 1 << 7;
    /** x87 or SSE instructions may fault by CR0 or CR4. */
    static final int FPU_CHECK = 1 << 8;

    static final int REAL = 1 << 9;
    /** CPL is not 0. */
    static final int UNPRIVILEGED = 1 << 10;
    /** DS, ES or SS is not 4 GiB of readable and writable data: accesses must ask {@link SegmentLimits}. */
    static final int DATA_LIMIT = 1 << 11;

    static final int FS_LIMIT = 1 << 12;
    static final int GS_LIMIT = 1 << 13;
    static final int CODE_LIMIT = 1 << 14;
    /** DR7 has execution breakpoints on. */
    static final int EXECUTION_BREAKPOINTS = 1 << 15;
    /** DR7 has data breakpoints on. */
    static final int DATA_BREAKPOINTS = 1 << 16;
    /** RDTSC faults: CR4.TSD, and CPL is not 0. */
    static final int NO_TIME_STAMP = 1 << 17;

    private ModeBits() {}
}
