package org.jkprobes.machine.cpu.x86.fpu;

/** FSIN, FCOS and FPTAN. */
final class Angles {
    private static final int TOO_LARGE = 0x3fff + 63;
    /** Pi/2 in units of 2 to -65: 66 bits. */
    private static final long QUARTER_HIGH = 3;

    private static final long QUARTER_LOW = 0x243f_6a88_85a3_08d3L;
    /** The bits of pi/4: below it no angle is reduced. */
    private static final long EIGHTH = 0xc90f_daa2_2168_c235L;

    private final Float80 unit;
    private final Series series;
    private final Real angle = new Real();
    private final Real other = new Real();
    /** Which quarter the angle was in. */
    private int quarter;

    Angles(Float80 unit, Series series) {
        this.unit = unit;
        this.series = series;
    }

    /** Whether C2 is set and nothing done. */
    static boolean isTooLarge(long significand, int signExponent) {
        return Float80Class.of(significand, signExponent) == Float80Class.NORMAL
                && (signExponent & 0x7fff) >= TOO_LARGE;
    }

    void sine(long a, int aHigh) {
        if (special(a, aHigh, false)) {
            return;
        }
        reduce(a, aHigh);
        finish((quarter & 1) == 0 ? series.sine(angle) : series.cosine(angle), (quarter & 2) != 0);
    }

    void cosine(long a, int aHigh) {
        if (special(a, aHigh, true)) {
            return;
        }
        reduce(a, aHigh);
        boolean negative = (quarter + 1 & 2) != 0;
        finish((quarter & 1) == 0 ? series.cosine(angle) : series.sine(angle), negative);
    }

    void tangent(long a, int aHigh) {
        if (special(a, aHigh, false)) {
            return;
        }
        reduce(a, aHigh);
        other.set(angle);
        series.sine(angle);
        series.cosine(other);
        if ((quarter & 1) == 0) {
            finish(angle.divide(other), false);
        } else {
            finish(other.divide(angle), true);
        }
    }

    private boolean special(long a, int aHigh, boolean cosine) {
        unit.begin();
        int kind = Float80Class.of(a, aHigh);
        if (unit.nan(a, aHigh, kind)) {
            return true;
        }
        if (kind == Float80Class.INFINITE) {
            unit.invalid();
            return true;
        }
        unit.denormal(kind, kind);
        if (kind == Float80Class.ZERO) {
            unit.result(cosine ? Float80.INTEGER_BIT : 0, cosine ? Float80.BIAS : aHigh);
            return true;
        }
        if (!cosine && a == Float80.INTEGER_BIT && (aHigh & 0x7fff) <= 1) {
            // The sine of the smallest normal number is said not to underflow.
            unit.flags |= Fp.INEXACT;
            unit.result(a, aHigh | 1);
            return true;
        }
        return false;
    }

    /** Takes the angle into pi/4 around zero, exactly for the pi of 66 bits. */
    private void reduce(long a, int aHigh) {
        angle.set(a, aHigh);
        quarter = 0;
        int exponent = angle.exponent;
        if (exponent < -1 || (exponent == -1 && Long.compareUnsigned(angle.high, EIGHTH) < 0)) {
            return;
        }
        long high = 0;
        long low = angle.high;
        int quotient = 0;
        for (int i = 0; i < exponent + 2; i++) {
            high = high << 1 | low >>> 63;
            low <<= 1;
            quotient <<= 1;
            if (high > QUARTER_HIGH || (high == QUARTER_HIGH && Long.compareUnsigned(low, QUARTER_LOW) >= 0)) {
                high = high - QUARTER_HIGH - (Long.compareUnsigned(low, QUARTER_LOW) < 0 ? 1 : 0);
                low -= QUARTER_LOW;
                quotient |= 1;
            }
        }
        boolean negative = angle.negative;
        boolean nearNext = high > 1 || (high == 1 && Long.compareUnsigned(low, QUARTER_LOW >>> 1 | 1L << 63) > 0);
        if (nearNext) {
            high = QUARTER_HIGH - high - (Long.compareUnsigned(QUARTER_LOW, low) < 0 ? 1 : 0);
            low = QUARTER_LOW - low;
            quotient++;
        }
        quarter = (negative ? -quotient : quotient) & 3;
        angle.negative = negative != nearNext;
        // In units of 2 to -65.
        angle.set(negative != nearNext, 0, high << 62 | low >>> 2, low << 62);
    }

    private void finish(Real result, boolean negate) {
        result.negative ^= negate;
        unit.round(result);
    }
}
