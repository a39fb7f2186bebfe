package org.jkprobes.machine.cpu.x86.fpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Float80Test {
    private static final int DEFAULT = 0x37f;
    private static final MathContext FINE = new MathContext(80);

    private final Float80 unit = new Float80();

    private String result() {
        return String.format("%04x:%016x", unit.signExponent, unit.significand);
    }

    @Test
    void onePlusOneIsTwo() {
        unit.add(1L << 63, 0x3fff, 1L << 63, 0x3fff);
        assertThat(result()).isEqualTo("4000:8000000000000000");
        assertThat(unit.flags).isZero();
    }

    @Test
    void aThirdIsRoundedAsTheModeSays() {
        String[] expected = {
            "3ffd:aaaaaaaaaaaaaaab", "3ffd:aaaaaaaaaaaaaaaa", "3ffd:aaaaaaaaaaaaaaab", "3ffd:aaaaaaaaaaaaaaaa"
        };
        for (int mode = 0; mode < 4; mode++) {
            unit.control(DEFAULT | mode << 10);
            unit.divide(1L << 63, 0x3fff, 0xc000_0000_0000_0000L, 0x4000);
            assertThat(result()).isEqualTo(expected[mode]);
            assertThat(unit.flags).isEqualTo(Fp.INEXACT);
            assertThat(unit.roundedUp).isEqualTo(expected[mode].endsWith("b"));
        }
    }

    @Test
    void precisionControlCutsTheSignificand() {
        unit.control(0x07f);
        unit.divide(1L << 63, 0x3fff, 0xc000_0000_0000_0000L, 0x4000);
        assertThat(result()).isEqualTo("3ffd:aaaaab0000000000");
    }

    @Test
    void rootOfTwo() {
        // The first 64 bits of the root of 2: OEIS A004539.
        unit.squareRoot(1L << 63, 0x4000);
        assertThat(result()).isEqualTo("3fff:b504f333f9de6484");
    }

    @Test
    void invalidOperationsGiveTheDefaultNan() {
        unit.divide(0, 0, 0, 0x8000);
        assertThat(result()).isEqualTo("ffff:c000000000000000");
        assertThat(unit.flags).isEqualTo(Fp.INVALID);
        // An unnormal, which CPUs since the 387 refuse.
        unit.add(1, 0x3fff, 1L << 63, 0x3fff);
        assertThat(result()).isEqualTo("ffff:c000000000000000");
        assertThat(unit.flags).isEqualTo(Fp.INVALID);
    }

    @Test
    void theNanWithTheLargerSignificandWins() {
        unit.add(0xc000_0000_0000_0001L, 0x7fff, 0xc000_0000_0000_0002L, 0xffff);
        assertThat(result()).isEqualTo("ffff:c000000000000002");
        assertThat(unit.flags).isZero();
    }

    @Test
    void unmaskedOverflowWrapsTheExponent() {
        unit.control(DEFAULT & ~Fp.OVERFLOW);
        unit.multiply(1L << 63, 0x7ffe, 1L << 63, 0x4000);
        assertThat(result()).isEqualTo(String.format("%04x:8000000000000000", 0x7fff - 24576));
        assertThat(unit.flags).isEqualTo(Fp.OVERFLOW);
    }

    @Test
    void operationsAreCorrectlyRounded() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 4_000; i++) {
            long a = random.nextLong() | Long.MIN_VALUE;
            long b = random.nextLong() >>> random.nextInt(64) << random.nextInt(64) | Long.MIN_VALUE;
            int aHigh = 0x3fff + random.nextInt(140) - 70 | (random.nextBoolean() ? 0x8000 : 0);
            int bHigh = 0x3fff + random.nextInt(140) - 70 | (random.nextBoolean() ? 0x8000 : 0);
            BigDecimal x = value(a, aHigh);
            BigDecimal y = value(b, bHigh);
            unit.add(a, aHigh, b, bHigh);
            nearest(x.add(y), seed);
            unit.subtract(a, aHigh, b, bHigh);
            nearest(x.subtract(y), seed);
            unit.multiply(a, aHigh, b, bHigh);
            nearest(x.multiply(y), seed);
            unit.divide(a, aHigh, b, bHigh);
            nearest(x.divide(y, FINE), seed);
            unit.squareRoot(a, aHigh & 0x7fff);
            nearest(x.abs().sqrt(FINE), seed);
        }
    }

    private static BigDecimal value(long significand, int signExponent) {
        BigDecimal magnitude = new BigDecimal(new BigInteger(Long.toUnsignedString(significand)));
        int exponent = (signExponent & 0x7fff) - 16383 - 63;
        BigDecimal power = BigDecimal.TWO.pow(Math.abs(exponent));
        // Division by a power of two is exact.
        BigDecimal scaled = exponent < 0 ? magnitude.divide(power) : magnitude.multiply(power);
        return (signExponent & 0x8000) != 0 ? scaled.negate() : scaled;
    }

    /** The unit's result is the 64-bit number nearest to the exact one, and inexact is told. */
    private void nearest(BigDecimal exact, long seed) {
        if (exact.signum() == 0) {
            assertThat(unit.significand).isZero();
            return;
        }
        BigDecimal rounded = value(unit.significand, unit.signExponent);
        BigDecimal unitInLastPlace = value(1L, unit.signExponent & 0x7fff);
        BigDecimal error = exact.subtract(rounded).abs().divide(unitInLastPlace, 30, RoundingMode.HALF_EVEN);
        assertThat(unit.significand).as("normalised, seed %d", seed).isNegative();
        assertThat(error).as("seed %d", seed).isLessThanOrEqualTo(new BigDecimal("0.5"));
        assertThat((unit.flags & Fp.INEXACT) != 0).as("inexact, seed %d", seed).isEqualTo(error.signum() != 0);
    }
}
