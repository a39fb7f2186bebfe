package org.jkprobes.machine.cpu.x86.fpu;

/** Conversions between extended precision and the two shorter formats in memory. */
final class Float80Formats {
    private Float80Formats() {}

    /** Widens a double: exact, but a denormal and a signalling NaN are told. */
    static void loadDouble(Float80 unit, long bits) {
        widen(unit, (bits >>> 63) != 0, (int) (bits >>> 52) & 0x7ff, bits << 11 & Long.MAX_VALUE, 0x7ff, 1023);
    }

    /** Widens a float. */
    static void loadFloat(Float80 unit, int bits) {
        widen(unit, bits < 0, bits >>> 23 & 0xff, (long) bits << 40 & Long.MAX_VALUE, 0xff, 127);
    }

    /** Widens an operand of arithmetic: it stays a signalling NaN if it is one, and its being denormal is kept beside it. */
    static void operandDouble(Float80 unit, long bits) {
        loadDouble(unit, bits);
        asOperand(unit);
    }

    /** As {@link #operandDouble}, for a float. */
    static void operandFloat(Float80 unit, int bits) {
        loadFloat(unit, bits);
        asOperand(unit);
    }

    private static void asOperand(Float80 unit) {
        if (unit.flags == Fp.INVALID) {
            unit.significand &= ~Float80.QUIET;
        }
        unit.denormalOperand = unit.flags == Fp.DENORMAL;
    }

    private static void widen(Float80 unit, boolean negative, int exponent, long fraction, int all, int bias) {
        unit.begin();
        int sign = negative ? 0x8000 : 0;
        if (exponent == all) {
            long significand = fraction | Float80.INTEGER_BIT;
            if (fraction != 0 && (fraction & Float80.QUIET) == 0) {
                unit.flags = Fp.INVALID;
                significand |= Float80.QUIET;
            }
            unit.result(significand, sign | Float80.INFINITE);
        } else if (exponent != 0) {
            unit.result(fraction | Float80.INTEGER_BIT, sign | exponent - bias + Float80.BIAS);
        } else if (fraction == 0) {
            unit.result(0, sign);
        } else {
            unit.flags = Fp.DENORMAL;
            int shift = Long.numberOfLeadingZeros(fraction);
            unit.result(fraction << shift, sign | 1 - bias - shift + Float80.BIAS);
        }
    }

    /** Rounds to a double's bits. */
    static long storeDouble(Float80 unit, long a, int aHigh) {
        long sign = (long) (aHigh & 0x8000) << 48;
        int kind = narrow(unit, a, aHigh, 53, 1023, 1536);
        return switch (kind) {
            case Float80Class.ZERO -> sign;
            case Float80Class.INFINITE -> sign | 0x7ffL << 52;
            case Float80Class.QUIET_NAN ->
                (long) (unit.signExponent & 0x8000) << 48 | 0x7ffL << 52 | unit.significand << 1 >>> 12;
            default -> sign | (long) biased(unit, 1023) << 52 | unit.rounding.significand << 1 >>> 12;
        };
    }

    /** Rounds to a float's bits. */
    static int storeFloat(Float80 unit, long a, int aHigh) {
        int sign = (aHigh & 0x8000) << 16;
        int kind = narrow(unit, a, aHigh, 24, 127, 192);
        return switch (kind) {
            case Float80Class.ZERO -> sign;
            case Float80Class.INFINITE -> sign | 0xff << 23;
            case Float80Class.QUIET_NAN ->
                (unit.signExponent & 0x8000) << 16 | 0xff << 23 | (int) (unit.significand << 1 >>> 41);
            default -> sign | biased(unit, 127) << 23 | (int) (unit.rounding.significand << 1 >>> 41);
        };
    }

    private static int biased(Float80 unit, int bias) {
        return unit.rounding.significand < 0 ? unit.rounding.exponent + bias : 0;
    }

    private static int narrow(Float80 unit, long a, int aHigh, int bits, int greatest, int wrap) {
        unit.begin();
        int kind = Float80Class.of(a, aHigh);
        if (unit.nan(a, aHigh, kind)) {
            return Float80Class.QUIET_NAN;
        }
        if (kind == Float80Class.ZERO || kind == Float80Class.INFINITE) {
            return kind;
        }
        unit.exact.set((aHigh & 0x8000) != 0, Float80.exponent(a, aHigh), Float80.normalized(a));
        unit.rounding.round(unit.exact, bits, 1 - greatest, greatest, unit.mode, unit.masks, wrap);
        unit.flags |= unit.rounding.flags;
        unit.roundedUp = unit.rounding.roundedUp;
        return unit.rounding.infinite ? Float80Class.INFINITE : Float80Class.NORMAL;
    }
}
