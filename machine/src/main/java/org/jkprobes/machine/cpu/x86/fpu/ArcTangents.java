package org.jkprobes.machine.cpu.x86.fpu;

/** FPATAN: the angle of the point (x, y) (Intel SDM volume 2, table 3-30). */
final class ArcTangents {
    private final Float80 unit;
    private final Series series;
    private final Real ratio = new Real();
    private final Real other = new Real();

    ArcTangents(Float80 unit, Series series) {
        this.unit = unit;
        this.series = series;
    }

    void arcTangent(long y, int yHigh, long x, int xHigh) {
        unit.begin();
        int yClass = Float80Class.of(y, yHigh);
        int xClass = Float80Class.of(x, xHigh);
        if (unit.nan(y, yHigh, yClass, x, xHigh, xClass)) {
            return;
        }
        unit.denormal(yClass, xClass);
        boolean left = (xHigh & 0x8000) != 0;
        boolean below = (yHigh & 0x8000) != 0;
        boolean yInfinite = yClass == Float80Class.INFINITE;
        boolean xInfinite = xClass == Float80Class.INFINITE;
        if (yInfinite && xInfinite) {
            eighths(left ? 3 : 1, -2, below);
        } else if (yClass == Float80Class.ZERO || xInfinite) {
            if (left) {
                eighths(1, 0, below);
            } else {
                unit.result(0, yHigh & 0x8000);
            }
        } else if (yInfinite || xClass == Float80Class.ZERO) {
            eighths(1, -1, below);
        } else {
            finite(y, yHigh, x, xHigh);
        }
    }

    /** A multiple of pi. */
    private void eighths(int times, int power, boolean negative) {
        ratio.set(times).scale(power).multiply(Series.PI).negative = negative;
        unit.round(ratio);
    }

    private void finite(long y, int yHigh, long x, int xHigh) {
        ratio.set(y, yHigh & 0x7fff);
        other.set(x, xHigh & 0x7fff);
        boolean steep = other.isSmallerThan(ratio);
        if (steep) {
            ratio.set(x, xHigh & 0x7fff);
            other.set(y, yHigh & 0x7fff);
        }
        series.arcTangent(ratio.divide(other));
        if (steep) {
            ratio.negate().add(other.set(Series.PI).scale(-1));
        }
        if ((xHigh & 0x8000) != 0) {
            ratio.negate().add(Series.PI);
        }
        ratio.negative = (yHigh & 0x8000) != 0;
        unit.round(ratio);
    }
}
