package org.jkprobes.machine.cpu.x86.fpu;

/** FPREM and FPREM1: the remainder, reduced by at most 63 bits of the quotient at a time. */
final class Float80Remainder {
    /** The three lowest bits of the quotient, if complete. */
    int quotient;
    /** Whether there was something to reduce: otherwise C0 and C3 stay. */
    boolean reduced;
    /** C2: the remainder is only partly reduced. */
    boolean partial;

    /**
     * The remainder of a by b into the unit.
     *
     * @param nearest FPREM1: the quotient is rounded to nearest even, not cut
     */
    void remainder(Float80 unit, long a, int aHigh, long b, int bHigh, boolean nearest) {
        unit.begin();
        quotient = 0;
        partial = false;
        reduced = false;
        int aClass = Float80Class.of(a, aHigh);
        int bClass = Float80Class.of(b, bHigh);
        if (unit.nan(a, aHigh, aClass, b, bHigh, bClass)) {
            return;
        }
        if (aClass == Float80Class.INFINITE || bClass == Float80Class.ZERO) {
            unit.invalid();
            return;
        }
        unit.denormal(aClass, bClass);
        reduced = true;
        if (aClass == Float80Class.ZERO) {
            unit.result(a, aHigh);
            return;
        }
        if (bClass == Float80Class.INFINITE) {
            unit.exact.set((aHigh & 0x8000) != 0, Float80.exponent(a, aHigh), Float80.normalized(a));
            unit.round(64);
            return;
        }
        reduce(unit, a, aHigh, b, bHigh, nearest);
    }

    private void reduce(Float80 unit, long a, int aHigh, long b, int bHigh, boolean nearest) {
        int aExponent = Float80.exponent(a, aHigh);
        int bExponent = Float80.exponent(b, bHigh);
        long divisor = Float80.normalized(b);
        long rest = Float80.normalized(a);
        boolean negative = (aHigh & 0x8000) != 0;
        int difference = aExponent - bExponent;
        int exponent = bExponent;
        long q = 0;
        if (difference < -1 || (difference == -1 && !nearest)) {
            exponent = aExponent;
        } else if (difference == -1) {
            // a is in (b/4, b): above b/2 the nearest quotient is 1.
            if (Long.compareUnsigned(rest, divisor) > 0) {
                negative = !negative;
                rest = (divisor - rest) + divisor;
                q = 1;
            }
            exponent = aExponent;
        } else {
            int bits = difference;
            if (difference >= 64) {
                bits = difference & 31 | 32;
                partial = true;
                exponent = aExponent - bits;
            }
            if (Long.compareUnsigned(rest, divisor) >= 0) {
                rest -= divisor;
                q = 1;
            }
            // The remaining bits of the quotient, as 128 by 64 divisions.
            if (bits > 0) {
                long high = rest >>> (64 - bits);
                long low = rest << bits;
                long part = Wide.divide(high, low, divisor);
                rest = low - part * divisor;
                q = part + (q << bits);
            }
            if (nearest && !partial) {
                long twice = rest << 1;
                boolean above = rest < 0 || Long.compareUnsigned(twice, divisor) > 0;
                if (above || (twice == divisor && (q & 1) != 0)) {
                    rest = divisor - rest;
                    negative = !negative;
                    q++;
                }
            }
        }
        if (!partial) {
            quotient = (int) q & 7;
        }
        if (rest == 0) {
            unit.result(0, aHigh & 0x8000);
            return;
        }
        int shift = Long.numberOfLeadingZeros(rest);
        unit.exact.set(negative, exponent - shift, rest << shift);
        unit.round(64);
    }
}
