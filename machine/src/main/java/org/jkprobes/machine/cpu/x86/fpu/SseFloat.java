package org.jkprobes.machine.cpu.x86.fpu;

/**
 * Scalar arithmetic on floats and doubles as SSE does it under MXCSR: rounding modes, denormals-are-zero, flush-to-zero, NaN rules,
 * exception flags. Values are bit patterns; a float's is in the low 32 bits of a {@code long}. An object is a reusable unit:
 * exceptions gather in {@link #flags} until {@link #begin}.
 *
 * <p>The rules are those of the Intel SDM volume 1, 4.8 and 11.5: the first operand's NaN wins over the second's, quieted; one that
 * is not a number hides denormal operands; tininess is found after rounding.
 */
final class SseFloat {
    static final int ADD = 0;
    static final int MULTIPLY = 1;
    static final int SUBTRACT = 2;
    static final int DIVIDE = 3;

    private static final int DENORMALS_ARE_ZERO = 1 << 6;
    private static final int FLUSH_TO_ZERO = 1 << 15;
    /** By how much unmasked overflow and underflow move the exponent: that result is never seen. */
    private static final int NO_MATTER = 1 << 20;

    /** Exceptions of the operations since {@link #begin}, as in {@link Fp}. */
    int flags;

    int mode;
    int masks;
    private boolean denormalsAreZero;
    private boolean flushToZero;
    /** The modes of nearly all programs, with inexact already flagged: what the host's own arithmetic can do is left to it. */
    private boolean plain;

    private final Exact exact = new Exact();
    private final Rounding rounding = new Rounding();

    /** Takes the modes from MXCSR and forgets the flags. */
    void begin(int mxcsr) {
        flags = 0;
        mode = mxcsr >> 13 & 3;
        masks = mxcsr >> 7 & Fp.ALL;
        denormalsAreZero = (mxcsr & DENORMALS_ARE_ZERO) != 0;
        flushToZero = (mxcsr & FLUSH_TO_ZERO) != 0;
        plain = mode == Fp.NEAREST && (masks & mxcsr & Fp.INEXACT) != 0;
    }

    /** One of the four operations. */
    long operate(int operation, FloatFormat format, long a, long b) {
        if (plain) {
            long quick = format == FloatFormat.DOUBLE ? quickDouble(operation, a, b) : quickFloat(operation, a, b);
            if (quick != 0) {
                return quick;
            }
        }
        return slow(operation, format, a, b);
    }

    /** The result, if operands and result are normal and far from the ends; else 0. */
    private static long quickDouble(int operation, long a, long b) {
        if ((a & FloatFormat.DOUBLE_EXPONENT) == 0 || (b & FloatFormat.DOUBLE_EXPONENT) == 0) {
            return 0;
        }
        double x = Double.longBitsToDouble(a);
        double y = Double.longBitsToDouble(b);
        double result = switch (operation) {
            case ADD -> x + y;
            case MULTIPLY -> x * y;
            case SUBTRACT -> x - y;
            default -> x / y;
        };
        double magnitude = Math.abs(result);
        return magnitude > 0x1p-1020 && magnitude <= Double.MAX_VALUE ? Double.doubleToRawLongBits(result) : 0;
    }

    private static long quickFloat(int operation, long a, long b) {
        if ((a & FloatFormat.FLOAT_EXPONENT) == 0 || (b & FloatFormat.FLOAT_EXPONENT) == 0) {
            return 0;
        }
        float x = Float.intBitsToFloat((int) a);
        float y = Float.intBitsToFloat((int) b);
        float result = switch (operation) {
            case ADD -> x + y;
            case MULTIPLY -> x * y;
            case SUBTRACT -> x - y;
            default -> x / y;
        };
        float magnitude = Math.abs(result);
        return magnitude > 0x1p-120f && magnitude <= Float.MAX_VALUE
                ? Float.floatToRawIntBits(result) & 0xffff_ffffL
                : 0;
    }

    private long slow(int operation, FloatFormat f, long aGiven, long bGiven) {
        if (f.isNan(aGiven) || f.isNan(bGiven)) {
            return nan(f, aGiven, bGiven);
        }
        long a = operand(f, aGiven);
        long b = operand(f, bGiven);
        return switch (operation) {
            case ADD -> add(f, a, b);
            case SUBTRACT -> add(f, a, b ^ f.sign);
            case MULTIPLY -> multiply(f, a, b);
            default -> divide(f, a, b);
        };
    }

    /** A denormal operand as zero, if MXCSR wants that. */
    long operand(FloatFormat f, long bits) {
        return denormalsAreZero && f.isDenormal(bits) ? bits & f.sign : bits;
    }

    private void denormal(FloatFormat f, long a, long b) {
        if (f.isDenormal(a) || f.isDenormal(b)) {
            flags |= Fp.DENORMAL;
        }
    }

    /** The result if one of the operands is a NaN. */
    long nan(FloatFormat f, long a, long b) {
        if (f.isSignalling(a) || f.isSignalling(b)) {
            flags |= Fp.INVALID;
        }
        return (f.isNan(a) ? a : b) | f.quiet;
    }

    private long invalid(FloatFormat f) {
        flags |= Fp.INVALID;
        return f.indefinite;
    }

    private long add(FloatFormat f, long a, long b) {
        if (f.isInfinite(a) || f.isInfinite(b)) {
            if (f.isInfinite(a) && f.isInfinite(b) && a != b) {
                return invalid(f);
            }
            denormal(f, a, b);
            return f.isInfinite(a) ? a : b;
        }
        denormal(f, a, b);
        boolean aZero = (a & ~f.sign) == 0;
        boolean bZero = (b & ~f.sign) == 0;
        if (aZero && bZero) {
            return a == b ? a : mode == Fp.DOWN ? f.sign : 0;
        }
        if (aZero || bZero) {
            long other = aZero ? b : a;
            exact.set(f.isNegative(other), f.exponent(other), f.significand(other));
        } else {
            exact.add(
                    f.isNegative(a), f.exponent(a), f.significand(a), f.isNegative(b), f.exponent(b), f.significand(b));
            if (exact.isZero()) {
                return mode == Fp.DOWN ? f.sign : 0;
            }
        }
        return round(f);
    }

    private long multiply(FloatFormat f, long a, long b) {
        long sign = (a ^ b) & f.sign;
        boolean zero = (a & ~f.sign) == 0 || (b & ~f.sign) == 0;
        if (f.isInfinite(a) || f.isInfinite(b)) {
            if (zero) {
                return invalid(f);
            }
            denormal(f, a, b);
            return sign | f.infinity;
        }
        denormal(f, a, b);
        if (zero) {
            return sign;
        }
        exact.multiply(sign != 0, f.exponent(a), f.significand(a), false, f.exponent(b), f.significand(b));
        return round(f);
    }

    private long divide(FloatFormat f, long a, long b) {
        long sign = (a ^ b) & f.sign;
        if (f.isInfinite(a)) {
            if (f.isInfinite(b)) {
                return invalid(f);
            }
            denormal(f, a, b);
            return sign | f.infinity;
        }
        boolean aZero = (a & ~f.sign) == 0;
        if ((b & ~f.sign) == 0) {
            if (aZero) {
                return invalid(f);
            }
            flags |= Fp.ZERO_DIVIDE;
            return sign | f.infinity;
        }
        denormal(f, a, b);
        if (aZero || f.isInfinite(b)) {
            return sign;
        }
        exact.divide(sign != 0, f.exponent(a), f.significand(a), false, f.exponent(b), f.significand(b));
        return round(f);
    }

    long squareRoot(FloatFormat f, long given) {
        if (plain && (given & f.infinity) != 0 && !f.isNegative(given)) {
            double quick = f == FloatFormat.DOUBLE
                    ? Math.sqrt(Double.longBitsToDouble(given))
                    : Math.sqrt(Float.intBitsToFloat((int) given));
            if (quick <= Double.MAX_VALUE) {
                return f == FloatFormat.DOUBLE
                        ? Double.doubleToRawLongBits(quick)
                        : Float.floatToRawIntBits((float) quick);
            }
        }
        if (f.isNan(given)) {
            return nan(f, given, given);
        }
        long a = operand(f, given);
        if ((a & ~f.sign) == 0) {
            return a;
        }
        if (f.isNegative(a)) {
            return invalid(f);
        }
        if (f.isInfinite(a)) {
            return a;
        }
        denormal(f, a, a);
        exact.squareRoot(f.exponent(a), f.significand(a));
        return round(f);
    }

    /** MIN and MAX: not symmetric, the second operand is the answer unless the first is clearly it. */
    long extreme(FloatFormat f, boolean greatest, long aGiven, long bGiven) {
        if (f.isNan(aGiven) || f.isNan(bGiven)) {
            flags |= Fp.INVALID;
            return operand(f, bGiven);
        }
        long a = operand(f, aGiven);
        long b = operand(f, bGiven);
        denormal(f, a, b);
        int order = f.compare(a, b);
        return greatest ? order > 0 ? a : b : order < 0 ? a : b;
    }

    /** Order as {@link Float80Compare} names it. */
    int order(FloatFormat f, long aGiven, long bGiven, boolean quiet) {
        if (f.isNan(aGiven) || f.isNan(bGiven)) {
            if (!quiet || f.isSignalling(aGiven) || f.isSignalling(bGiven)) {
                flags |= Fp.INVALID;
            }
            return Float80Compare.UNORDERED;
        }
        long a = operand(f, aGiven);
        long b = operand(f, bGiven);
        denormal(f, a, b);
        int order = f.compare(a, b);
        return order == 0 ? Float80Compare.EQUAL : order < 0 ? Float80Compare.LESS : Float80Compare.GREATER;
    }

    /** CMPPS and its kin: whether the predicate, 0 to 7, holds. */
    boolean compare(FloatFormat f, int predicate, long a, long b) {
        int base = predicate & 3;
        int order = order(f, a, b, base == 0 || base == 3);
        boolean holds = switch (base) {
            case 0 -> order == Float80Compare.EQUAL;
            case 1 -> order == Float80Compare.LESS;
            case 2 -> order == Float80Compare.LESS || order == Float80Compare.EQUAL;
            default -> order == Float80Compare.UNORDERED;
        };
        return holds != ((predicate & 4) != 0);
    }

    /** Between the two formats. */
    long convert(FloatFormat from, FloatFormat to, long given) {
        if (from.isNan(given)) {
            if (from.isSignalling(given)) {
                flags |= Fp.INVALID;
            }
            long payload = from.fractionBits > to.fractionBits
                    ? (given & from.fraction) >>> (from.fractionBits - to.fractionBits)
                    : (given & from.fraction) << (to.fractionBits - from.fractionBits);
            return (from.isNegative(given) ? to.sign : 0) | to.infinity | to.quiet | payload;
        }
        long a = operand(from, given);
        long sign = from.isNegative(a) ? to.sign : 0;
        if (from.isInfinite(a)) {
            return sign | to.infinity;
        }
        if ((a & ~from.sign) == 0) {
            return sign;
        }
        denormal(from, a, a);
        exact.set(sign != 0, from.exponent(a), from.significand(a));
        return round(to);
    }

    /** From a signed integer. */
    long fromInteger(FloatFormat to, long value) {
        if (value == 0) {
            return 0;
        }
        long magnitude = Math.abs(value);
        int shift = Long.numberOfLeadingZeros(magnitude);
        exact.set(value < 0, 63 - shift, magnitude << shift);
        return round(to);
    }

    /** To a signed integer of 32 or 64 bits, zero-extended; what does not fit is the lowest integer. */
    long toInteger(FloatFormat f, long given, int bits, boolean cut) {
        long indefinite = 1L << (bits - 1);
        if (f.isNan(given) || f.isInfinite(given)) {
            flags |= Fp.INVALID;
            return indefinite;
        }
        long a = operand(f, given);
        if ((a & ~f.sign) == 0) {
            return 0;
        }
        int exponent = f.exponent(a);
        if (exponent > 63) {
            flags |= Fp.INVALID;
            return indefinite;
        }
        boolean negative = f.isNegative(a);
        exact.set(negative, 63, f.significand(a));
        exact.shiftRightSticky(63 - exponent);
        boolean up = exact.low != 0
                && Fp.awayFromZero(cut ? Fp.TOWARDS_ZERO : mode, negative, (exact.high & 1) != 0, exact.low);
        long magnitude = exact.high + (up ? 1 : 0);
        int order = Long.compareUnsigned(magnitude, indefinite);
        if (order > 0 || (order == 0 && !negative)) {
            flags |= Fp.INVALID;
            return indefinite;
        }
        if (exact.low != 0) {
            flags |= Fp.INEXACT;
        }
        long value = negative ? -magnitude : magnitude;
        return bits == 32 ? value & 0xffff_ffffL : value;
    }

    private long round(FloatFormat f) {
        rounding.round(exact, f.fractionBits + 1, 1 - f.bias, f.bias, mode, masks, NO_MATTER);
        long sign = exact.negative ? f.sign : 0;
        if (rounding.infinite) {
            flags |= rounding.flags;
            return sign | f.infinity;
        }
        boolean tiny = (rounding.flags & Fp.UNDERFLOW) != 0 || (rounding.significand >= 0 && flushToZero);
        if (tiny && flushToZero && (masks & Fp.UNDERFLOW) != 0) {
            flags |= Fp.UNDERFLOW | Fp.INEXACT;
            return sign;
        }
        flags |= rounding.flags;
        long fraction = rounding.significand << 1 >>> (64 - f.fractionBits);
        return sign | (rounding.significand < 0 ? (long) (rounding.exponent + f.bias) << f.fractionBits : 0) | fraction;
    }
}
