package org.jkprobes.machine.cpu.x86.fpu;

/** What kind of number an extended-precision operand is (Intel SDM volume 1, 4.8.3 and table 8-3). */
final class Float80Class {
    static final int ZERO = 0;
    static final int NORMAL = 1;
    /** Pseudo-denormals, too: they have the value of a denormal's exponent and a set integer bit. */
    static final int DENORMAL = 2;

    static final int INFINITE = 3;
    static final int QUIET_NAN = 4;
    static final int SIGNALLING_NAN = 5;
    /** Unnormals, pseudo-infinities, pseudo-NaNs: the integer bit is clear although the exponent is not zero. */
    static final int UNSUPPORTED = 6;

    private Float80Class() {}

    static int of(long significand, int signExponent) {
        int exponent = signExponent & 0x7fff;
        if (exponent == 0) {
            return significand == 0 ? ZERO : DENORMAL;
        }
        if (significand >= 0) {
            return UNSUPPORTED;
        }
        if (exponent != 0x7fff) {
            return NORMAL;
        }
        if (significand == Long.MIN_VALUE) {
            return INFINITE;
        }
        return (significand & Float80.QUIET) != 0 ? QUIET_NAN : SIGNALLING_NAN;
    }

    static boolean finite(int kind) {
        return kind <= DENORMAL;
    }

    /** Whether an operation on it is invalid or gives a NaN. */
    static boolean notNumber(int kind) {
        return kind >= QUIET_NAN;
    }
}
