package org.jkprobes.machine.cpu.x86.fpu;

/**
 * A number of 128 bits of significand for computing what is then rounded to 64: not correctly rounded, but good to some 2 to -120 of
 * itself. The value is {@code high.low} with the point after bit 63 of {@code high}, times 2 to {@code exponent}; zero has a zero
 * significand. Operations change the object and return it.
 */
final class Real {
    boolean negative;
    int exponent;
    long high;
    long low;

    Real() {}

    Real(int exponent, long high, long low) {
        this.exponent = exponent;
        this.high = high;
        this.low = low;
    }

    Real set(Real other) {
        negative = other.negative;
        exponent = other.exponent;
        high = other.high;
        low = other.low;
        return this;
    }

    /** An extended number that is finite and not zero. */
    Real set(long significand, int signExponent) {
        negative = (signExponent & 0x8000) != 0;
        exponent = Float80.exponent(significand, signExponent);
        high = Float80.normalized(significand);
        low = 0;
        return this;
    }

    Real set(int value) {
        negative = value < 0;
        high = Math.abs((long) value);
        low = 0;
        exponent = 63;
        return normalize();
    }

    Real set(boolean isNegative, int newExponent, long newHigh, long newLow) {
        negative = isNegative;
        exponent = newExponent;
        high = newHigh;
        low = newLow;
        return normalize();
    }

    boolean isZero() {
        return (high | low) == 0;
    }

    Real negate() {
        negative = !negative;
        return this;
    }

    /** Times a power of two. */
    Real scale(int by) {
        exponent += by;
        return this;
    }

    Real multiply(Real other) {
        if (isZero() || other.isZero()) {
            high = 0;
            low = 0;
            return this;
        }
        negative ^= other.negative;
        exponent += other.exponent + 1;
        long a = Math.unsignedMultiplyHigh(high, other.low);
        long b = Math.unsignedMultiplyHigh(low, other.high);
        long productHigh = Math.unsignedMultiplyHigh(high, other.high);
        long productLow = high * other.high;
        long sum = productLow + a;
        productHigh += Long.compareUnsigned(sum, a) < 0 ? 1 : 0;
        productLow = sum + b;
        productHigh += Long.compareUnsigned(productLow, b) < 0 ? 1 : 0;
        high = productHigh;
        low = productLow;
        return normalize();
    }

    Real add(Real other) {
        return add(other, other.negative);
    }

    Real subtract(Real other) {
        return add(other, !other.negative);
    }

    private Real add(Real other, boolean otherNegative) {
        if (other.isZero()) {
            return this;
        }
        if (isZero()) {
            set(other);
            negative = otherNegative;
            return this;
        }
        long aHigh = high;
        long aLow = low;
        long bHigh = other.high;
        long bLow = other.low;
        int difference = exponent - other.exponent;
        boolean aNegative = negative;
        boolean bNegative = otherNegative;
        if (difference < 0 || (difference == 0 && less(aHigh, aLow, bHigh, bLow))) {
            aHigh = other.high;
            aLow = other.low;
            bHigh = high;
            bLow = low;
            aNegative = otherNegative;
            bNegative = negative;
            difference = -difference;
            exponent = other.exponent;
        }
        negative = aNegative;
        if (difference >= 128) {
            high = aHigh;
            low = aLow;
            return this;
        }
        if (difference >= 64) {
            bLow = bHigh >>> (difference - 64);
            bHigh = 0;
        } else if (difference > 0) {
            bLow = bLow >>> difference | bHigh << (64 - difference);
            bHigh >>>= difference;
        }
        if (aNegative == bNegative) {
            low = aLow + bLow;
            long carry = Long.compareUnsigned(low, aLow) < 0 ? 1 : 0;
            high = aHigh + bHigh + carry;
            if (Long.compareUnsigned(high, aHigh) < 0 || (carry != 0 && high == aHigh)) {
                low = low >>> 1 | high << 63;
                high = high >>> 1 | Long.MIN_VALUE;
                exponent++;
            }
            return this;
        }
        low = aLow - bLow;
        high = aHigh - bHigh - (Long.compareUnsigned(aLow, bLow) < 0 ? 1 : 0);
        return normalize();
    }

    /** Divided by a positive integer of up to 31 bits. */
    Real divide(int divisor) {
        long rest = 0;
        long quotientHigh = 0;
        long quotientLow = 0;
        for (int digit = 3; digit >= 0; digit--) {
            long next = rest << 32 | ((digit >= 2 ? high : low) >>> 32 * (digit & 1) & 0xffff_ffffL);
            long q = next / divisor;
            rest = next % divisor;
            if (digit >= 2) {
                quotientHigh = quotientHigh << 32 | q;
            } else {
                quotientLow = quotientLow << 32 | q;
            }
        }
        high = quotientHigh;
        low = quotientLow;
        return normalize();
    }

    /** Divided by a number that is not zero, bit by bit. */
    Real divide(Real divisor) {
        if (isZero()) {
            return this;
        }
        negative ^= divisor.negative;
        exponent -= divisor.exponent;
        long restHigh = high;
        long restLow = low;
        boolean carry = false;
        high = 0;
        low = 0;
        for (int bit = 0; bit < 128; bit++) {
            high = high << 1 | low >>> 63;
            low <<= 1;
            if (carry || !less(restHigh, restLow, divisor.high, divisor.low)) {
                restHigh = restHigh - divisor.high - (Long.compareUnsigned(restLow, divisor.low) < 0 ? 1 : 0);
                restLow -= divisor.low;
                low |= 1;
            }
            carry = restHigh < 0;
            restHigh = restHigh << 1 | restLow >>> 63;
            restLow <<= 1;
        }
        return normalize();
    }

    /** Whether the magnitude is below that of another number that is not zero. */
    boolean isSmallerThan(Real other) {
        return isZero()
                || exponent < other.exponent
                || (exponent == other.exponent && less(high, low, other.high, other.low));
    }

    private static boolean less(long aHigh, long aLow, long bHigh, long bLow) {
        int order = Long.compareUnsigned(aHigh, bHigh);
        return order < 0 || (order == 0 && Long.compareUnsigned(aLow, bLow) < 0);
    }

    private Real normalize() {
        if (high == 0) {
            if (low == 0) {
                return this;
            }
            high = low;
            low = 0;
            exponent -= 64;
        }
        int shift = Long.numberOfLeadingZeros(high);
        if (shift != 0) {
            high = high << shift | low >>> (64 - shift);
            low <<= shift;
            exponent -= shift;
        }
        return this;
    }
}
