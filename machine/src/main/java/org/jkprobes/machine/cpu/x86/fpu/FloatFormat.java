package org.jkprobes.machine.cpu.x86.fpu;

/** The two formats of SSE, as constants to take bit patterns apart with. */
enum FloatFormat {
    FLOAT(23, 127),
    DOUBLE(52, 1023);

    static final long FLOAT_EXPONENT = 0x7f80_0000L;
    static final long DOUBLE_EXPONENT = 0x7ff0_0000_0000_0000L;

    final int fractionBits;
    final int bias;
    final long fraction;
    final long sign;
    final long infinity;
    final long quiet;
    final long indefinite;

    FloatFormat(int fractionBits, int bias) {
        this.fractionBits = fractionBits;
        this.bias = bias;
        fraction = (1L << fractionBits) - 1;
        infinity = (2L * bias + 1) << fractionBits;
        sign = infinity + (1L << fractionBits);
        quiet = 1L << (fractionBits - 1);
        indefinite = sign | infinity | quiet;
    }

    boolean isNan(long bits) {
        return (bits & ~sign) > infinity;
    }

    boolean isSignalling(long bits) {
        return isNan(bits) && (bits & quiet) == 0;
    }

    boolean isInfinite(long bits) {
        return (bits & ~sign) == infinity;
    }

    boolean isDenormal(long bits) {
        return (bits & infinity) == 0 && (bits & fraction) != 0;
    }

    boolean isNegative(long bits) {
        return (bits & sign) != 0;
    }

    /** Unbiased exponent of a finite number that is not zero, once its significand is normalised. */
    int exponent(long bits) {
        int exponent = (int) ((bits & infinity) >>> fractionBits);
        return exponent != 0
                ? exponent - bias
                : 1 - bias - (Long.numberOfLeadingZeros(bits & fraction) - (63 - fractionBits));
    }

    /** Normalised significand of a finite number that is not zero. */
    long significand(long bits) {
        long significand = bits & fraction;
        if ((bits & infinity) != 0) {
            return (significand | 1L << fractionBits) << (63 - fractionBits);
        }
        return significand << Long.numberOfLeadingZeros(significand);
    }

    /** Order of two that are not NaNs; both zeros are equal. */
    int compare(long a, long b) {
        return Long.compare(ordered(a), ordered(b));
    }

    private long ordered(long bits) {
        long magnitude = bits & ~sign;
        return isNegative(bits) ? -magnitude : magnitude;
    }
}
