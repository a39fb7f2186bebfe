package org.jkprobes.machine.cpu.x86;

/** Exception vectors (Intel SDM vol. 3, table 6-1). */
final class Vectors {
    static final int DIVIDE = 0;
    static final int DEBUG = 1;
    static final int NMI = 2;
    static final int BREAKPOINT = 3;
    static final int OVERFLOW = 4;
    static final int BOUND = 5;
    static final int UNDEFINED = 6;
    static final int NO_FPU = 7;
    static final int DOUBLE_FAULT = 8;
    static final int INVALID_TSS = 10;
    static final int NOT_PRESENT = 11;
    static final int STACK = 12;
    static final int PROTECTION = 13;
    static final int PAGE_FAULT = 14;
    static final int FPU_ERROR = 16;
    static final int ALIGNMENT = 17;
    static final int SIMD_ERROR = 19;

    /** Exceptions that on top of each other make a double fault. */
    private static final int CONTRIBUTORY =
            1 << DIVIDE | 1 << INVALID_TSS | 1 << NOT_PRESENT | 1 << STACK | 1 << PROTECTION;

    private static final int WITH_ERROR_CODE = 1 << DOUBLE_FAULT
            | 1 << INVALID_TSS
            | 1 << NOT_PRESENT
            | 1 << STACK
            | 1 << PROTECTION
            | 1 << PAGE_FAULT
            | 1 << ALIGNMENT;

    private Vectors() {}

    static boolean contributory(int vector) {
        return vector < 32 && (CONTRIBUTORY >>> vector & 1) != 0;
    }

    static boolean hasErrorCode(int vector) {
        return vector < 32 && (WITH_ERROR_CODE >>> vector & 1) != 0;
    }
}
