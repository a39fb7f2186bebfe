package org.jkprobes.machine.cpu.x86.fpu;

/**
 * Elementary functions of a {@link Real} by their power series, each with as many terms as 128 bits need. Results are relatively
 * exact near zero, too: the argument is a factor, not a summand.
 */
final class Series {
    static final Real LN_2 = new Real(-1, 0xb172_17f7_d1cf_79abL, 0xc9e3_b398_03f2_f6afL);
    private static final Real LOG2_E = new Real(0, 0xb8aa_3b29_5c17_f0bbL, 0xbe87_fed0_691d_3e88L);
    static final Real PI = new Real(1, 0xc90f_daa2_2168_c234L, 0xc4c6_628b_80dc_1cd1L);
    static final Real ONE = new Real(0, 1L << 63, 0);
    private static final int STEPS = 8;
    private static final int TERMS = 17;

    private final Real square = new Real();
    private final Real sum = new Real();
    private final Real aside = new Real();
    private final Real step = new Real();
    private final Real below = new Real();
    /** The arc tangents of n/8. */
    private final Real[] arcs = new Real[STEPS + 1];

    Series() {
        arcs[0] = new Real();
        for (int n = 1; n <= STEPS; n++) {
            // From the one before: by 1/8 over 1 + n(n-1)/64, that is 8 / (64 + n(n-1)).
            Real arc = new Real().set(STEPS).divide(below.set(STEPS * STEPS + n * (n - 1)));
            arcs[n] = smallArc(arc).add(arcs[n - 1]);
        }
    }

    /** Of an angle of at most pi/4 or so. */
    Real sine(Real x) {
        return x.multiply(alternating(x, 2));
    }

    Real cosine(Real x) {
        return x.set(alternating(x, 1));
    }

    /** 1 - x²/(n(n+1)) (1 - x²/((n+2)(n+3)) …), from the inside. */
    private Real alternating(Real x, int first) {
        square.set(x).multiply(x);
        sum.set(1);
        for (int n = first + 2 * TERMS; n >= first; n -= 2) {
            sum.multiply(square).divide(n * (n + 1)).negate().add(ONE);
        }
        return belowOne();
    }

    /** A sum that is less than 1 however small the argument: it must not round as if it were more. */
    private Real belowOne() {
        return sum.isSmallerThan(ONE) ? sum : sum.set(false, -1, -1, -1);
    }

    /** 2 to the power of x, less 1, for x from -1 to 1. */
    Real powerLessOne(Real x) {
        x.multiply(LN_2);
        sum.set(1);
        for (int n = 33; n >= 2; n--) {
            sum.multiply(x).divide(n).add(ONE);
        }
        return x.multiply(sum);
    }

    /** The logarithm to base 2 of (1 + s) / (1 - s), for s up to 0.18. */
    Real logarithm(Real s) {
        square.set(s).multiply(s);
        sum.set(0);
        for (int n = 51; n >= 1; n -= 2) {
            sum.multiply(square).add(aside.set(1).divide(n));
        }
        return s.multiply(sum).multiply(LOG2_E).scale(1);
    }

    /** Of a number from 0 to 1. */
    Real arcTangent(Real x) {
        int n = x.exponent < -4 ? 0 : nearestStep(x);
        if (n == 0) {
            return smallArc(x);
        }
        // (x - c) / (1 + xc) with c = n/8.
        step.set(n).scale(-3);
        below.set(x).multiply(step).add(ONE);
        return smallArc(x.subtract(step).divide(below)).add(arcs[n]);
    }

    private static int nearestStep(Real x) {
        return x.exponent == 0 ? STEPS : (int) (x.high >>> (59 - x.exponent)) + 1 >> 1;
    }

    /** Of a number up to 1/8. */
    private Real smallArc(Real x) {
        square.set(x).multiply(x);
        sum.set(0);
        for (int n = 47; n >= 1; n -= 2) {
            aside.set(1).divide(n);
            sum.multiply(square).negate().add(aside);
        }
        return x.multiply(belowOne());
    }
}
