package org.jkprobes.machine.cpu.x86.fpu;

/** F2XM1, FYL2X and FYL2XP1. */
final class Logarithms {
    /** The bits of the root of 2: significands above are halved before their logarithm is taken. */
    private static final long ROOT = 0xb504_f333_f9de_6484L;

    private final Float80 unit;
    private final Series series;
    private final Real value = new Real();
    private final Real other = new Real();

    Logarithms(Float80 unit, Series series) {
        this.unit = unit;
        this.series = series;
    }

    /** 2 to the power of a, less 1. Beyond -1 to 1, where nothing is defined, the operand. */
    void powerLessOne(long a, int aHigh) {
        unit.begin();
        int kind = Float80Class.of(a, aHigh);
        if (unit.nan(a, aHigh, kind)) {
            return;
        }
        unit.denormal(kind, kind);
        boolean negative = (aHigh & 0x8000) != 0;
        if (kind == Float80Class.INFINITE && negative) {
            unit.result(Float80.INTEGER_BIT, 0x8000 | Float80.BIAS);
        } else if (kind == Float80Class.ZERO || (aHigh & 0x7fff) >= Float80.BIAS) {
            boolean one = (aHigh & 0x7fff) == Float80.BIAS && a == Float80.INTEGER_BIT;
            if (!one && Float80Class.finite(kind) && a != 0) {
                unit.flags |= Fp.INEXACT;
            }
            unit.result(a, one && negative ? aHigh - 1 : aHigh);
        } else {
            unit.round(series.powerLessOne(value.set(a, aHigh)));
        }
    }

    /** {@code y} times the logarithm to base 2 of {@code x}. */
    void timesLogarithm(long y, int yHigh, long x, int xHigh) {
        unit.begin();
        int yClass = Float80Class.of(y, yHigh);
        int xClass = Float80Class.of(x, xHigh);
        if (unit.nan(y, yHigh, yClass, x, xHigh, xClass)) {
            return;
        }
        boolean yInfinite = yClass == Float80Class.INFINITE;
        boolean yZero = yClass == Float80Class.ZERO;
        int sign = yHigh & 0x8000;
        if (xClass == Float80Class.ZERO) {
            if (yZero) {
                unit.invalid();
                return;
            }
            if (!yInfinite) {
                unit.flags |= Fp.ZERO_DIVIDE;
            }
            unit.result(Float80.INTEGER_BIT, sign ^ 0x8000 | Float80.INFINITE);
            return;
        }
        if ((xHigh & 0x8000) != 0) {
            unit.invalid();
            return;
        }
        if (xClass == Float80Class.INFINITE) {
            infinite(yZero, yClass, sign);
            return;
        }
        int exponent = Float80.exponent(x, xHigh);
        long significand = Float80.normalized(x);
        boolean one = exponent == 0 && significand == Float80.INTEGER_BIT;
        if (one && yInfinite) {
            unit.invalid();
            return;
        }
        unit.denormal(yClass, xClass);
        if (exponent < 0) {
            sign ^= 0x8000;
        }
        if (yInfinite) {
            unit.result(Float80.INTEGER_BIT, sign | Float80.INFINITE);
        } else if (yZero || one) {
            unit.result(0, sign);
        } else if (significand == Float80.INTEGER_BIT) {
            timesInteger(y, yHigh, exponent);
        } else {
            logarithm(exponent, significand);
            unit.round(value.multiply(other.set(y, yHigh)));
        }
    }

    private void infinite(boolean yZero, int yClass, int sign) {
        if (yZero) {
            unit.invalid();
        } else {
            unit.denormal(yClass, yClass);
            unit.result(Float80.INTEGER_BIT, sign | Float80.INFINITE);
        }
    }

    /** The logarithm of a power of two is an integer: the product is exact before it is rounded. */
    private void timesInteger(long y, int yHigh, int factor) {
        int magnitude = Math.abs(factor);
        int shift = Integer.numberOfLeadingZeros(magnitude);
        unit.exact.multiply(
                (yHigh & 0x8000) != 0,
                Float80.exponent(y, yHigh),
                Float80.normalized(y),
                factor < 0,
                31 - shift,
                (long) magnitude << (32 + shift));
        unit.round(64);
        // Hardware does not know that it was.
        unit.flags |= unit.significand < 0 ? Fp.INEXACT : Fp.INEXACT | Fp.UNDERFLOW;
    }

    private void logarithm(int exponent, long significand) {
        boolean above = Long.compareUnsigned(significand, ROOT) > 0;
        // s = (m - 1) / (m + 1) for m = 2 to the power of (0 or -1) times 1.significand.
        value.set(false, above ? -1 : 0, significand, 0).subtract(Series.ONE);
        other.set(false, above ? -1 : 0, significand, 0).add(Series.ONE);
        series.logarithm(value.divide(other));
        value.add(other.set(above ? exponent + 1 : exponent));
    }

    /** {@code y} times the logarithm to base 2 of {@code 1 + x}, for x from 1/√2 - 1 to √2 - 1. */
    void timesLogarithmOfNext(long y, int yHigh, long x, int xHigh) {
        unit.begin();
        int yClass = Float80Class.of(y, yHigh);
        int xClass = Float80Class.of(x, xHigh);
        if (unit.nan(y, yHigh, yClass, x, xHigh, xClass)) {
            return;
        }
        boolean yInfinite = yClass == Float80Class.INFINITE;
        boolean yZero = yClass == Float80Class.ZERO;
        int sign = (yHigh ^ xHigh) & 0x8000;
        if (xClass == Float80Class.INFINITE) {
            if (yZero || (xHigh & 0x8000) != 0) {
                unit.invalid();
            } else {
                unit.denormal(yClass, yClass);
                unit.result(Float80.INTEGER_BIT, sign | Float80.INFINITE);
            }
            return;
        }
        if (yInfinite && xClass == Float80Class.ZERO) {
            unit.invalid();
            return;
        }
        unit.denormal(yClass, xClass);
        if (yInfinite) {
            unit.result(Float80.INTEGER_BIT, sign | Float80.INFINITE);
        } else if (yZero || xClass == Float80Class.ZERO) {
            unit.result(0, sign);
        } else {
            // (1 + x - 1) / (1 + x + 1)
            value.set(x, xHigh);
            other.set(2).add(value);
            series.logarithm(value.divide(other));
            unit.round(value.multiply(other.set(y, yHigh)));
        }
    }
}
