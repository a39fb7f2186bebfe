package org.jkprobes.machine.cpu.x86.fpu;

/**
 * One result before rounding: sign, exponent, and 128 bits of significand of which the last is sticky, that is, set if anything
 * below it is not zero. The value is {@code high.low} with the point after bit 63 of {@code high}, times 2 to {@code exponent}.
 * Operands are normalised (bit 63 set) and not zero; the result is normalised or all zero. One object is reused for all.
 */
final class Exact {
    boolean negative;
    int exponent;
    long high;
    long low;

    void set(boolean isNegative, int newExponent, long significand) {
        negative = isNegative;
        exponent = newExponent;
        high = significand;
        low = 0;
    }

    boolean isZero() {
        return (high | low) == 0;
    }

    /** The sum; if it is zero, the sign is for the caller to choose. */
    void add(boolean aNegative, int aExponent, long a, boolean bNegative, int bExponent, long b) {
        if (aExponent < bExponent || (aExponent == bExponent && Long.compareUnsigned(a, b) < 0)) {
            addSmaller(bNegative, bExponent, b, aNegative, aExponent, a);
        } else {
            addSmaller(aNegative, aExponent, a, bNegative, bExponent, b);
        }
    }

    private void addSmaller(boolean aNegative, int aExponent, long a, boolean bNegative, int bExponent, long b) {
        set(bNegative, bExponent, b);
        shiftRightSticky(aExponent - bExponent);
        negative = aNegative;
        exponent = aExponent;
        if (aNegative == bNegative) {
            high += a;
            if (Long.compareUnsigned(high, a) < 0) {
                low = (low >>> 1) | (low & 1) | (high << 63);
                high = (high >>> 1) | Long.MIN_VALUE;
                exponent++;
            }
            return;
        }
        boolean borrow = low != 0;
        low = -low;
        high = a - high - (borrow ? 1 : 0);
        normalize();
    }

    void multiply(boolean aNegative, int aExponent, long a, boolean bNegative, int bExponent, long b) {
        negative = aNegative != bNegative;
        high = Math.unsignedMultiplyHigh(a, b);
        low = a * b;
        exponent = aExponent + bExponent + 1;
        normalize();
    }

    void divide(boolean aNegative, int aExponent, long a, boolean bNegative, int bExponent, long b) {
        negative = aNegative != bNegative;
        exponent = aExponent - bExponent - 1;
        long remainder;
        if (Long.compareUnsigned(a, b) >= 0) {
            exponent++;
            high = Wide.divide(a >>> 1, a << 63, b);
            remainder = (a << 63) - high * b;
        } else {
            high = Wide.divide(a, 0, b);
            remainder = -(high * b);
        }
        low = Wide.divide(remainder, 0, b);
        if (low * b != 0) {
            low |= 1;
        }
    }

    /** The square root of a positive number. */
    void squareRoot(int aExponent, long a) {
        negative = false;
        exponent = aExponent >> 1;
        boolean odd = (aExponent & 1) != 0;
        high = Wide.squareRoot(odd ? a : a >>> 1, odd ? 0 : a << 63);
        // With N the radicand and q the root: N - q*q is 0, or above q exactly if the next bit is set.
        long squareHigh = Math.unsignedMultiplyHigh(high, high);
        long squareLow = high * high;
        long restHigh =
                (odd ? a : a >>> 1) - squareHigh - (Long.compareUnsigned(odd ? 0 : a << 63, squareLow) < 0 ? 1 : 0);
        long restLow = (odd ? 0 : a << 63) - squareLow;
        if ((restHigh | restLow) == 0) {
            low = 0;
        } else {
            low = restHigh != 0 || Long.compareUnsigned(restLow, high) > 0
                    ? 0xc000_0000_0000_0000L
                    : 0x4000_0000_0000_0000L;
        }
    }

    /** Moves the significand right without changing the exponent; what leaves it sticks in the last bit. */
    void shiftRightSticky(int count) {
        if (count == 0) {
            return;
        }
        if (count < 64) {
            boolean lost = low << (64 - count) != 0;
            low = (low >>> count) | (high << (64 - count)) | (lost ? 1 : 0);
            high >>>= count;
        } else if (count < 128) {
            boolean lost = low != 0 || (count > 64 && high << (128 - count) != 0);
            low = (high >>> (count - 64)) | (lost ? 1 : 0);
            high = 0;
        } else {
            low = isZero() ? 0 : 1;
            high = 0;
        }
    }

    private void normalize() {
        if (high == 0) {
            if (low == 0) {
                return;
            }
            high = low;
            low = 0;
            exponent -= 64;
        }
        int shift = Long.numberOfLeadingZeros(high);
        if (shift != 0) {
            high = (high << shift) | (low >>> (64 - shift));
            low <<= shift;
            exponent -= shift;
        }
    }
}
