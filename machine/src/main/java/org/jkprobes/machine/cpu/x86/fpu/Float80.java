package org.jkprobes.machine.cpu.x86.fpu;

/**
 * Extended-precision arithmetic as the x87 does it, bit for bit: a 64-bit significand with explicit integer bit, and a 16-bit half of
 * sign and exponent (bias 16383). An object is a reusable unit: an operation leaves its result in {@link #significand} and
 * {@link #signExponent}, the exceptions it raised in {@link #flags}. Nothing is allocated.
 *
 * <p>Exceptions that are unmasked in the control word given by {@link #control} change results as in the SDM: overflow and underflow
 * wrap the exponent by 24576; if invalid, denormal or zero-divide is unmasked, {@link #flags} holds only such ones and the result
 * must be discarded ({@link #undone}).
 */
final class Float80 {
    static final int BIAS = 16383;
    static final int WRAP = 24576;
    static final long INTEGER_BIT = 0x8000_0000_0000_0000L;
    static final long QUIET = 0x4000_0000_0000_0000L;
    /** The default NaN ("real indefinite") is negative. */
    static final long INDEFINITE = 0xc000_0000_0000_0000L;

    static final int INDEFINITE_HIGH = 0xffff;
    static final int INFINITE = 0x7fff;

    long significand;
    int signExponent;
    /** Exceptions of the last operation, as in {@link Fp}. */
    int flags;
    /** C1 after an inexact result. */
    boolean roundedUp;

    /** Whether an operand was a denormal in memory, of a shorter format: widened, it no longer shows. */
    boolean denormalOperand;

    int mode;
    int masks = Fp.ALL;
    private int precision = 64;

    final Exact exact = new Exact();
    final Rounding rounding = new Rounding();

    /** Takes rounding mode, precision and masks from an x87 control word. */
    void control(int word) {
        mode = word >> 10 & 3;
        masks = word & Fp.ALL;
        precision = switch (word >> 8 & 3) {
            case 0 -> 24;
            case 2 -> 53;
            default -> 64;
        };
    }

    /** Whether the last operation met an unmasked exception that forbids its result. */
    boolean undone() {
        return (flags & ~masks & Fp.BEFORE) != 0;
    }

    void result(long newSignificand, int newSignExponent) {
        significand = newSignificand;
        signExponent = newSignExponent;
    }

    void begin() {
        flags = 0;
        roundedUp = false;
    }

    void invalid() {
        flags |= Fp.INVALID;
        result(INDEFINITE, INDEFINITE_HIGH);
    }

    void add(long a, int aHigh, long b, int bHigh) {
        addSigned(a, aHigh, b, bHigh, 0);
    }

    /** {@code a - b}. */
    void subtract(long a, int aHigh, long b, int bHigh) {
        addSigned(a, aHigh, b, bHigh, 0x8000);
    }

    private void addSigned(long a, int aHigh, long b, int bHighGiven, int flip) {
        begin();
        int aClass = Float80Class.of(a, aHigh);
        int bClass = Float80Class.of(b, bHighGiven);
        if (nan(a, aHigh, aClass, b, bHighGiven, bClass)) {
            return;
        }
        int bHigh = bHighGiven ^ flip;
        if (aClass == Float80Class.INFINITE || bClass == Float80Class.INFINITE) {
            if (aClass == bClass && aHigh != bHigh) {
                invalid();
                return;
            }
            denormal(aClass, bClass);
            result(INTEGER_BIT, aClass == Float80Class.INFINITE ? aHigh : bHigh);
            return;
        }
        denormal(aClass, bClass);
        boolean aNegative = (aHigh & 0x8000) != 0;
        boolean bNegative = (bHigh & 0x8000) != 0;
        if (aClass == Float80Class.ZERO) {
            if (bClass == Float80Class.ZERO) {
                boolean negative = aNegative == bNegative ? aNegative : mode == Fp.DOWN;
                result(0, negative ? 0x8000 : 0);
                return;
            }
            exact.set(bNegative, exponent(b, bHigh), normalized(b));
        } else if (bClass == Float80Class.ZERO) {
            exact.set(aNegative, exponent(a, aHigh), normalized(a));
        } else {
            exact.add(aNegative, exponent(a, aHigh), normalized(a), bNegative, exponent(b, bHigh), normalized(b));
            if (exact.isZero()) {
                result(0, mode == Fp.DOWN ? 0x8000 : 0);
                return;
            }
        }
        round(precision);
    }

    void multiply(long a, int aHigh, long b, int bHigh) {
        begin();
        int aClass = Float80Class.of(a, aHigh);
        int bClass = Float80Class.of(b, bHigh);
        if (nan(a, aHigh, aClass, b, bHigh, bClass)) {
            return;
        }
        int sign = (aHigh ^ bHigh) & 0x8000;
        if (aClass == Float80Class.INFINITE || bClass == Float80Class.INFINITE) {
            if (aClass == Float80Class.ZERO || bClass == Float80Class.ZERO) {
                invalid();
                return;
            }
            denormal(aClass, bClass);
            result(INTEGER_BIT, sign | INFINITE);
            return;
        }
        denormal(aClass, bClass);
        if (aClass == Float80Class.ZERO || bClass == Float80Class.ZERO) {
            result(0, sign);
            return;
        }
        exact.multiply(sign != 0, exponent(a, aHigh), normalized(a), false, exponent(b, bHigh), normalized(b));
        round(precision);
    }

    /** {@code a / b}. */
    void divide(long a, int aHigh, long b, int bHigh) {
        begin();
        int aClass = Float80Class.of(a, aHigh);
        int bClass = Float80Class.of(b, bHigh);
        if (nan(a, aHigh, aClass, b, bHigh, bClass)) {
            return;
        }
        int sign = (aHigh ^ bHigh) & 0x8000;
        if (aClass == Float80Class.INFINITE) {
            if (bClass == Float80Class.INFINITE) {
                invalid();
                return;
            }
            denormal(aClass, bClass);
            result(INTEGER_BIT, sign | INFINITE);
        } else if (bClass == Float80Class.ZERO) {
            if (aClass == Float80Class.ZERO) {
                invalid();
                return;
            }
            // A zero divide hides a denormal dividend.
            flags |= Fp.ZERO_DIVIDE;
            result(INTEGER_BIT, sign | INFINITE);
        } else if (aClass == Float80Class.ZERO || bClass == Float80Class.INFINITE) {
            denormal(aClass, bClass);
            result(0, sign);
        } else {
            denormal(aClass, bClass);
            exact.divide(sign != 0, exponent(a, aHigh), normalized(a), false, exponent(b, bHigh), normalized(b));
            round(precision);
        }
    }

    void squareRoot(long a, int aHigh) {
        begin();
        int aClass = Float80Class.of(a, aHigh);
        if (nan(a, aHigh, aClass)) {
            return;
        }
        if (aClass == Float80Class.ZERO) {
            result(a, aHigh);
        } else if ((aHigh & 0x8000) != 0) {
            invalid();
        } else if (aClass == Float80Class.INFINITE) {
            result(a, aHigh);
        } else {
            denormal(aClass, aClass);
            exact.squareRoot(exponent(a, aHigh), normalized(a));
            round(precision);
        }
    }

    /** Rounds {@link #exact}, which is not zero, to the given number of bits. */
    void round(int bits) {
        if ((flags & ~masks & Fp.BEFORE) != 0) {
            return;
        }
        rounding.round(exact, bits, 1 - BIAS, BIAS, mode, masks, WRAP);
        flags |= rounding.flags;
        roundedUp = rounding.roundedUp;
        significand = rounding.significand;
        int sign = exact.negative ? 0x8000 : 0;
        if (rounding.infinite) {
            signExponent = sign | INFINITE;
        } else {
            signExponent = sign | (significand < 0 ? rounding.exponent + BIAS : 0);
        }
    }

    /** Rounds a number that is not exact. */
    void round(Real inexact) {
        exact.negative = inexact.negative;
        exact.exponent = inexact.exponent;
        exact.high = inexact.high;
        exact.low = inexact.low | 1;
        round(64);
    }

    /** Notes denormal operands. */
    void denormal(int aClass, int bClass) {
        if (denormalOperand || aClass == Float80Class.DENORMAL || bClass == Float80Class.DENORMAL) {
            flags |= Fp.DENORMAL;
        }
    }

    /** Unbiased exponent of a number that is not zero once its significand is normalised. */
    static int exponent(long significand, int signExponent) {
        int exponent = signExponent & 0x7fff;
        return (exponent == 0 ? 1 : exponent) - BIAS - Long.numberOfLeadingZeros(significand);
    }

    static long normalized(long significand) {
        return significand << Long.numberOfLeadingZeros(significand);
    }

    /** If the operand is unsupported or a NaN, gives the result for it. */
    boolean nan(long a, int aHigh, int aClass) {
        if (!Float80Class.notNumber(aClass)) {
            return false;
        }
        if (aClass == Float80Class.UNSUPPORTED) {
            invalid();
            return true;
        }
        if (aClass == Float80Class.SIGNALLING_NAN) {
            flags |= Fp.INVALID;
        }
        result(a | QUIET, aHigh);
        return true;
    }

    /**
     * If an operand is unsupported or a NaN, gives the result: of two NaNs the one with the larger significand, of a quiet and a
     * signalling one the quiet one (Intel SDM volume 1, table 4-7).
     */
    boolean nan(long a, int aHigh, int aClass, long b, int bHigh, int bClass) {
        if (!Float80Class.notNumber(aClass) && !Float80Class.notNumber(bClass)) {
            return false;
        }
        if (aClass == Float80Class.UNSUPPORTED || bClass == Float80Class.UNSUPPORTED) {
            invalid();
            return true;
        }
        if (aClass == Float80Class.SIGNALLING_NAN || bClass == Float80Class.SIGNALLING_NAN) {
            flags |= Fp.INVALID;
        }
        boolean first;
        if (!Float80Class.notNumber(bClass)) {
            first = true;
        } else if (!Float80Class.notNumber(aClass)) {
            first = false;
        } else if (aClass != bClass) {
            first = aClass == Float80Class.QUIET_NAN;
        } else {
            int compared = Long.compareUnsigned(a, b);
            first = compared > 0 || (compared == 0 && (aHigh & 0x8000) == 0);
        }
        result((first ? a : b) | QUIET, first ? aHigh : bHigh);
        return true;
    }
}
