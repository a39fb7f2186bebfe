package org.jkprobes.machine.cpu.x86.fpu;

/** Unsigned arithmetic on 128 bits given as two halves. */
final class Wide {
    private Wide() {}

    /** {@code high:low / divisor}, for {@code high < divisor} and a divisor with its highest bit set (Knuth's algorithm D). */
    static long divide(long high, long low, long divisor) {
        long d1 = divisor >>> 32;
        long d0 = divisor & 0xffff_ffffL;
        long q1 = digit(high, low >>> 32, d1, d0);
        long rest = (high << 32 | low >>> 32) - q1 * divisor;
        long q0 = digit(rest, low & 0xffff_ffffL, d1, d0);
        return (q1 << 32) + q0;
    }

    private static long digit(long rest, long next, long d1, long d0) {
        long q = Long.divideUnsigned(rest, d1);
        long r = rest - q * d1;
        while (q > 0xffff_ffffL || Long.compareUnsigned(q * d0, r << 32 | next) > 0) {
            q--;
            r += d1;
            if (r > 0xffff_ffffL) {
                break;
            }
        }
        return q;
    }

    /** The whole part of the root of {@code high:low}, where one of the two highest bits is set: 64 bits, the highest set. */
    static long squareRoot(long high, long low) {
        // A double gives 52 bits or so; one step of Heron's method doubles them, from above.
        double estimate = Math.sqrt((double) (high >>> 1) * 0x1p65);
        long root = estimate >= 0x1p64 ? -1 : unsigned(estimate);
        if (Long.compareUnsigned(root, high) > 0) {
            long quotient = divide(high, low, root);
            root = (root >>> 1) + (quotient >>> 1) + (root & quotient & 1);
        }
        while (above(root, high, low)) {
            root--;
        }
        while (root != -1 && !above(root + 1, high, low)) {
            root++;
        }
        return root;
    }

    private static long unsigned(double value) {
        return value >= 0x1p63 ? (long) (value - 0x1p63) + Long.MIN_VALUE : (long) value;
    }

    private static boolean above(long root, long high, long low) {
        int compared = Long.compareUnsigned(Math.unsignedMultiplyHigh(root, root), high);
        return compared > 0 || (compared == 0 && Long.compareUnsigned(root * root, low) > 0);
    }
}
