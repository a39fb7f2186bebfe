package org.jkprobes.machine.cpu.x86.fpu;

/** FRNDINT, FSCALE and FXTRACT. */
final class Float80Parts {
    private Float80Parts() {}

    /** Rounds to an integer in the unit's rounding mode. */
    static void roundToInteger(Float80 unit, long a, int aHigh) {
        unit.begin();
        int aClass = Float80Class.of(a, aHigh);
        if (unit.nan(a, aHigh, aClass)) {
            return;
        }
        unit.denormal(aClass, aClass);
        unit.result(a, aHigh);
        int exponent = (aHigh & 0x7fff) - Float80.BIAS;
        if (aClass == Float80Class.ZERO || exponent >= 63 || unit.undone()) {
            return;
        }
        boolean negative = (aHigh & 0x8000) != 0;
        Exact exact = unit.exact;
        exact.set(negative, 63, a);
        exact.shiftRightSticky(aClass == Float80Class.DENORMAL ? 128 : 63 - exponent);
        if (exact.low == 0) {
            return;
        }
        unit.flags |= Fp.INEXACT;
        if (Fp.awayFromZero(unit.mode, negative, (exact.high & 1) != 0, exact.low)) {
            unit.roundedUp = true;
            exact.high++;
        }
        if (exact.high == 0) {
            unit.result(0, aHigh & 0x8000);
        } else {
            int shift = Long.numberOfLeadingZeros(exact.high);
            unit.result(exact.high << shift, aHigh & 0x8000 | 63 - shift + Float80.BIAS);
        }
    }

    /** {@code a} times 2 to the power of {@code b} cut to an integer. */
    static void scale(Float80 unit, long a, int aHigh, long b, int bHigh) {
        unit.begin();
        int aClass = Float80Class.of(a, aHigh);
        int bClass = Float80Class.of(b, bHigh);
        if (unit.nan(a, aHigh, aClass, b, bHigh, bClass)) {
            return;
        }
        int sign = aHigh & 0x8000;
        boolean shrink = (bHigh & 0x8000) != 0;
        if (bClass == Float80Class.INFINITE) {
            if (aClass == (shrink ? Float80Class.INFINITE : Float80Class.ZERO)) {
                unit.invalid();
                return;
            }
            unit.denormal(aClass, bClass);
            unit.result(shrink ? 0 : Float80.INTEGER_BIT, shrink ? sign : sign | Float80.INFINITE);
            return;
        }
        unit.denormal(aClass, bClass);
        if (aClass == Float80Class.ZERO || aClass == Float80Class.INFINITE) {
            unit.result(a, aHigh);
            return;
        }
        int bExponent = (bHigh & 0x7fff) - Float80.BIAS;
        int by;
        if (bClass != Float80Class.NORMAL || bExponent < 0) {
            by = 0;
        } else if (bExponent > 16) {
            by = 1 << 17;
        } else {
            by = (int) (b >>> (63 - bExponent));
        }
        unit.exact.set(sign != 0, Float80.exponent(a, aHigh) + (shrink ? -by : by), Float80.normalized(a));
        unit.round(64);
    }

    /** The exponent as a number; {@link #significand} gives the other half. The operand must not be a NaN. */
    static void exponent(Float80 unit, long a, int aHigh) {
        unit.begin();
        int aClass = Float80Class.of(a, aHigh);
        if (unit.nan(a, aHigh, aClass)) {
            return;
        }
        unit.denormal(aClass, aClass);
        if (aClass == Float80Class.INFINITE) {
            unit.result(a, Float80.INFINITE);
        } else if (aClass == Float80Class.ZERO) {
            unit.flags |= Fp.ZERO_DIVIDE;
            unit.result(Float80.INTEGER_BIT, 0x8000 | Float80.INFINITE);
        } else {
            Float80Integers.load(unit, Float80.exponent(a, aHigh));
        }
    }

    /** The significand as a number of exponent 0, for an operand that {@link #exponent} took without an exception. */
    static void significand(Float80 unit, long a, int aHigh) {
        if (a == 0 || (aHigh & 0x7fff) == Float80.INFINITE) {
            unit.result(a, aHigh);
        } else {
            unit.result(Float80.normalized(a), aHigh & 0x8000 | Float80.BIAS);
        }
    }
}
