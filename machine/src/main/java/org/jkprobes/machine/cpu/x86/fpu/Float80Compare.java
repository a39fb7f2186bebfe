package org.jkprobes.machine.cpu.x86.fpu;

/** Comparison of extended-precision numbers: FCOM and FUCOM in all their forms, FTST. */
final class Float80Compare {
    static final int EQUAL = 0;
    static final int LESS = 1;
    static final int GREATER = 2;
    static final int UNORDERED = 3;

    private Float80Compare() {}

    /**
     * Compares a with b and leaves exceptions in the unit's flags.
     *
     * @param quiet whether a quiet NaN is no invalid operand
     */
    static int compare(Float80 unit, long a, int aHigh, long b, int bHigh, boolean quiet) {
        unit.begin();
        int aClass = Float80Class.of(a, aHigh);
        int bClass = Float80Class.of(b, bHigh);
        if (Float80Class.notNumber(aClass) || Float80Class.notNumber(bClass)) {
            if (!quiet || aClass > Float80Class.QUIET_NAN || bClass > Float80Class.QUIET_NAN) {
                unit.flags |= Fp.INVALID;
            }
            return UNORDERED;
        }
        unit.denormal(aClass, bClass);
        boolean aNegative = (aHigh & 0x8000) != 0;
        boolean bNegative = (bHigh & 0x8000) != 0;
        if (aClass == Float80Class.ZERO && bClass == Float80Class.ZERO) {
            return EQUAL;
        }
        if (aClass == Float80Class.ZERO) {
            return bNegative ? GREATER : LESS;
        }
        if (bClass == Float80Class.ZERO || aNegative != bNegative) {
            return aNegative ? LESS : GREATER;
        }
        int aExponent = Float80.exponent(a, aHigh);
        int bExponent = Float80.exponent(b, bHigh);
        int order = aExponent != bExponent
                ? Integer.compare(aExponent, bExponent)
                : Long.compareUnsigned(Float80.normalized(a), Float80.normalized(b));
        if (order == 0) {
            return EQUAL;
        }
        return order < 0 != aNegative ? LESS : GREATER;
    }
}
