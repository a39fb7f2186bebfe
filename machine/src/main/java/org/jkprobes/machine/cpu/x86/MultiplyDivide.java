package org.jkprobes.machine.cpu.x86;

/** Products and quotients of double width. */
final class MultiplyDivide {
    /** The low (or quotient) and the high (or remainder) part. */
    long low;

    long high;
    int flags;

    void multiply(int width, long a, long b, boolean signed) {
        boolean fits;
        if (width == 64) {
            low = a * b;
            high = signed ? Math.multiplyHigh(a, b) : Math.unsignedMultiplyHigh(a, b);
            fits = high == (signed ? low >> 63 : 0);
        } else {
            long product = signed
                    ? Flags.extend(width, a) * Flags.extend(width, b)
                    : Flags.trim(width, a) * Flags.trim(width, b);
            low = Flags.trim(width, product);
            high = Flags.trim(width, product >> width);
            fits = product == (signed ? Flags.extend(width, product) : low);
        }
        flags = Flags.result(width, low) | (fits ? 0 : Flags.CF | Flags.OF);
    }

    /** False if the divisor is 0 or the quotient too large. */
    boolean divide(int width, long dividendHigh, long dividendLow, long divisor, boolean signed) {
        if (width == 64) {
            return signed
                    ? divideSigned64(dividendHigh, dividendLow, divisor)
                    : divide64(dividendHigh, dividendLow, divisor);
        }
        long by = signed ? Flags.extend(width, divisor) : Flags.trim(width, divisor);
        if (by == 0) {
            return false;
        }
        long dividend = Flags.trim(width, dividendLow) | Flags.trim(width, dividendHigh) << width;
        if (!signed) {
            low = Long.divideUnsigned(dividend, by);
            high = Long.remainderUnsigned(dividend, by);
            return low == Flags.trim(width, low);
        }
        if (width < 32) {
            dividend = Flags.extend(2 * width, dividend);
        }
        if (dividend == Long.MIN_VALUE && by == -1) {
            return false;
        }
        low = dividend / by;
        high = dividend % by;
        return low == Flags.extend(width, low);
    }

    /** 128 by 64 bits, unsigned: long division, bit by bit where the high half is not 0. */
    private boolean divide64(long dividendHigh, long dividendLow, long by) {
        if (Long.compareUnsigned(dividendHigh, by) >= 0) {
            return false;
        }
        if (dividendHigh == 0) {
            low = Long.divideUnsigned(dividendLow, by);
            high = Long.remainderUnsigned(dividendLow, by);
            return true;
        }
        long remainder = dividendHigh;
        long quotient = dividendLow;
        for (int i = 0; i < 64; i++) {
            boolean carry = remainder < 0;
            remainder = remainder << 1 | quotient >>> 63;
            quotient <<= 1;
            if (carry || Long.compareUnsigned(remainder, by) >= 0) {
                remainder -= by;
                quotient |= 1;
            }
        }
        low = quotient;
        high = remainder;
        return true;
    }

    private boolean divideSigned64(long dividendHigh, long dividendLow, long by) {
        if (by == 0) {
            return false;
        }
        boolean negative = dividendHigh < 0;
        long h = negative ? ~dividendHigh + (dividendLow == 0 ? 1 : 0) : dividendHigh;
        long l = negative ? -dividendLow : dividendLow;
        if (!divide64(h, l, Math.abs(by))) {
            return false;
        }
        boolean negativeQuotient = negative != by < 0;
        if (negativeQuotient ? Long.compareUnsigned(low, Long.MIN_VALUE) > 0 : low < 0) {
            return false;
        }
        low = negativeQuotient ? -low : low;
        high = negative ? -high : high;
        return true;
    }
}
