package org.jkprobes.machine.cpu.x86.fpu;

/** Conversions between extended precision, integers and packed decimals. */
final class Float80Integers {
    static final int DECIMAL_DIGITS = 18;
    private static final long TEN_TO_18 = 1_000_000_000_000_000_000L;

    private Float80Integers() {}

    /** An integer as a number: exact. Flags stay as they are. */
    static void load(Float80 unit, long value) {
        if (value == 0) {
            unit.result(0, 0);
            return;
        }
        long magnitude = Math.abs(value);
        int shift = Long.numberOfLeadingZeros(magnitude);
        unit.result(magnitude << shift, (value < 0 ? 0x8000 : 0) | 63 - shift + Float80.BIAS);
    }

    /**
     * The number rounded to an integer of that many bits (16, 32 or 64), sign-extended; invalid and the lowest integer if it does not
     * fit.
     */
    static long store(Float80 unit, long a, int aHigh, int bits, int mode) {
        unit.begin();
        long lowest = -1L << (bits - 1);
        long magnitude = magnitude(unit, a, aHigh, mode);
        boolean negative = (aHigh & 0x8000) != 0;
        boolean fits = (unit.flags & Fp.INVALID) == 0
                && (negative
                        ? Long.compareUnsigned(magnitude, -lowest) <= 0
                        : Long.compareUnsigned(magnitude, -lowest) < 0);
        if (!fits) {
            unit.flags = Fp.INVALID;
            unit.roundedUp = false;
            return lowest;
        }
        return negative ? -magnitude : magnitude;
    }

    /** Loads 18 packed decimal digits, nine bytes of them, the lowest first, and the sign in bit 7 of the tenth. */
    static void loadDecimal(Float80 unit, long low, int high) {
        unit.begin();
        long value = 0;
        value = value * 10 + (high >> 4 & 15);
        value = value * 10 + (high & 15);
        for (int digit = 15; digit >= 0; digit--) {
            value = value * 10 + (low >>> (4 * digit) & 15);
        }
        load(unit, value);
        unit.signExponent = unit.signExponent & 0x7fff | high & 0x8000;
    }

    /** Rounds to packed decimal: the low eight bytes into the unit's significand, the other two into its signExponent. */
    static void storeDecimal(Float80 unit, long a, int aHigh) {
        unit.begin();
        long magnitude = magnitude(unit, a, aHigh, unit.mode);
        if ((unit.flags & Fp.INVALID) != 0 || Long.compareUnsigned(magnitude, TEN_TO_18) >= 0) {
            unit.flags = Fp.INVALID;
            unit.roundedUp = false;
            unit.result(0xc000_0000_0000_0000L, 0xffff);
            return;
        }
        long low = 0;
        for (int digit = 0; digit < 16; digit++) {
            low |= magnitude % 10 << (4 * digit);
            magnitude /= 10;
        }
        unit.result(low, aHigh & 0x8000 | (int) (magnitude / 10 << 4 | magnitude % 10));
    }

    /** The rounded magnitude; what is not below 2 to 64 is invalid, as NaNs and unsupported operands are. */
    private static long magnitude(Float80 unit, long a, int aHigh, int mode) {
        int kind = Float80Class.of(a, aHigh);
        int exponent = (aHigh & 0x7fff) - Float80.BIAS;
        if (kind == Float80Class.ZERO) {
            return 0;
        }
        if (kind > Float80Class.DENORMAL || exponent > 63) {
            unit.flags = Fp.INVALID;
            return 0;
        }
        Exact exact = unit.exact;
        boolean negative = (aHigh & 0x8000) != 0;
        exact.set(negative, 63, a);
        exact.shiftRightSticky(kind == Float80Class.DENORMAL ? 128 : 63 - exponent);
        if (exact.low != 0) {
            unit.flags |= Fp.INEXACT;
            if (Fp.awayFromZero(mode, negative, (exact.high & 1) != 0, exact.low)) {
                unit.roundedUp = true;
                exact.high++;
            }
        }
        return exact.high;
    }
}
