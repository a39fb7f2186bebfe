package org.jkprobes.machine.cpu.x86.fpu;

/**
 * Rounds an {@link Exact} result to a format: 24, 53 or 64 bits and an exponent range. Tininess is found after rounding, as x86 does.
 * The result stands in the fields.
 */
final class Rounding {
    /** Left-aligned: bit 63 is the integer bit. Zero if the result is zero. */
    long significand;
    /** Unbiased; of a denormal result the smallest there is. */
    int exponent;

    boolean infinite;
    int flags;
    /** Whether the result's magnitude is above the exact one: C1 of the x87. */
    boolean roundedUp;

    /**
     * Rounds a value that is not zero.
     *
     * @param precision bits of the significand
     * @param least exponent of the smallest normal number
     * @param greatest exponent of the greatest number
     * @param mode rounding mode as in {@link Fp}
     * @param masks masked exceptions, as flags
     * @param wrap what an unmasked overflow takes from the exponent and an unmasked underflow adds to it
     */
    void round(Exact x, int precision, int least, int greatest, int mode, int masks, int wrap) {
        flags = 0;
        infinite = false;
        exponent = x.exponent;
        if (exponent < least) {
            small(x, precision, least, mode, masks, wrap);
            return;
        }
        cut(x, precision, mode);
        if (exponent > greatest) {
            if ((masks & Fp.OVERFLOW) == 0) {
                flags |= Fp.OVERFLOW;
                exponent -= wrap;
                if (exponent > greatest) {
                    // FSCALE again: infinite, whatever the rounding mode.
                    overflow(x.negative, precision, greatest, Fp.NEAREST);
                }
            } else {
                overflow(x.negative, precision, greatest, mode);
            }
        }
    }

    private void overflow(boolean negative, int precision, int greatest, int mode) {
        flags |= Fp.OVERFLOW | Fp.INEXACT;
        infinite = mode == Fp.NEAREST || mode == (negative ? Fp.DOWN : Fp.UP);
        roundedUp = infinite;
        exponent = greatest;
        significand = infinite ? Long.MIN_VALUE : -1L << (64 - precision);
    }

    private void small(Exact x, int precision, int least, int mode, int masks, int wrap) {
        // Tiny unless rounding as if exponents had no end carries into the smallest normal number.
        cut(x, precision, mode);
        boolean tiny = exponent < least;
        if (tiny && (masks & Fp.UNDERFLOW) == 0) {
            flags |= Fp.UNDERFLOW;
            exponent += wrap;
            if (exponent < least) {
                // Only FSCALE gets so far: zero, whatever the rounding mode.
                flags |= Fp.INEXACT;
                significand = 0;
                exponent = least;
                roundedUp = false;
            }
            return;
        }
        flags = 0;
        x.shiftRightSticky(least - x.exponent);
        exponent = least;
        cut(x, precision, mode);
        if (tiny && (flags & Fp.INEXACT) != 0) {
            flags |= Fp.UNDERFLOW;
        }
    }

    private void cut(Exact x, int precision, int mode) {
        long unit = 1L << (64 - precision);
        long rest = precision == 64 ? x.low : x.high << precision | (x.low != 0 ? 1 : 0);
        significand = x.high & -unit;
        roundedUp = false;
        if (rest == 0) {
            return;
        }
        flags |= Fp.INEXACT;
        if (Fp.awayFromZero(mode, x.negative, (significand & unit) != 0, rest)) {
            roundedUp = true;
            significand += unit;
            if (significand == 0) {
                significand = Long.MIN_VALUE;
                exponent++;
            }
        }
    }
}
