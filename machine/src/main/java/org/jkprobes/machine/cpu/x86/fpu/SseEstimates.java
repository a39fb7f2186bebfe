package org.jkprobes.machine.cpu.x86.fpu;

/**
 * RCPPS, RSQRTPS and their scalar forms: estimates of 12 bits that raise no exceptions and know no denormals. How close they are is
 * defined, their bits are not: these are the ones of Intel's CPUs, on which the estimate is that of the middle of the operand's
 * interval (11 or 10 bits wide), rounded to a multiple of 2 to -13 (measured for every significand).
 */
final class SseEstimates {
    private static final int SIGN = 1 << 31;
    private static final int INFINITY = 0x7f80_0000;
    private static final int QUIET = 0x40_0000;
    private static final int INDEFINITE = 0xffc0_0000;
    private static final int FRACTION = 0x7f_ffff;
    private static final int UNITS = 8192;

    private SseEstimates() {}

    static int reciprocal(int bits) {
        int magnitude = bits & ~SIGN;
        int sign = bits & SIGN;
        if (magnitude > INFINITY) {
            return bits | QUIET;
        }
        int exponent = magnitude >> 23;
        if (exponent == 0) {
            return sign | INFINITY;
        }
        if (exponent >= 253) {
            return sign;
        }
        double middle = 1 + ((bits & FRACTION) >> 12) / 2048.0 + 1 / 4096.0;
        return sign | estimate(1 / middle, 253 - exponent);
    }

    static int reciprocalRoot(int bits) {
        int magnitude = bits & ~SIGN;
        if (magnitude > INFINITY) {
            return bits | QUIET;
        }
        int exponent = magnitude >> 23;
        if (exponent == 0) {
            return bits & SIGN | INFINITY;
        }
        if (bits < 0) {
            return INDEFINITE;
        }
        if (magnitude == INFINITY) {
            return 0;
        }
        double middle = 1 + ((bits & FRACTION) >> 13) / 1024.0 + 1 / 2048.0;
        boolean odd = (exponent & 1) == 0;
        return estimate(1 / Math.sqrt(odd ? 2 * middle : middle), 126 - (exponent - 127 >> 1));
    }

    /** A value from 1/2 to 1 rounded to 13 bits below the point, with the exponent field it has as a float. */
    private static int estimate(double value, int exponent) {
        int units = (int) (value * UNITS + 0.5);
        return exponent << 23 | (units - UNITS / 2) << 11;
    }
}
