package org.jkprobes.machine.cpu.x86.fpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The arithmetic with rounding and flags of its own against Java's, which rounds to nearest and has no flags. */
class SseFloatTest {
    /** All exceptions masked, none flagged: the quick way is closed. */
    private static final int CLEAN = 0x1f80;
    /** Inexact already flagged: the quick way is open. */
    private static final int QUICK = 0x1fa0;

    private final SseFloat unit = new SseFloat();
    private final long seed = new Random().nextLong();
    private final NumberSource numbers = new NumberSource(new Random(seed));

    @Test
    void doublesAsInJava() {
        for (int i = 0; i < 20_000; i++) {
            long a = numbers.doubleBits();
            long b = numbers.doubleBits();
            double x = Double.longBitsToDouble(a);
            double y = Double.longBitsToDouble(b);
            for (int mxcsr : new int[] {CLEAN, QUICK}) {
                unit.begin(mxcsr);
                same(unit.operate(SseFloat.ADD, FloatFormat.DOUBLE, a, b), x + y);
                same(unit.operate(SseFloat.SUBTRACT, FloatFormat.DOUBLE, a, b), x - y);
                same(unit.operate(SseFloat.MULTIPLY, FloatFormat.DOUBLE, a, b), x * y);
                same(unit.operate(SseFloat.DIVIDE, FloatFormat.DOUBLE, a, b), x / y);
                same(unit.squareRoot(FloatFormat.DOUBLE, b), Math.sqrt(y));
                same(unit.convert(FloatFormat.DOUBLE, FloatFormat.FLOAT, a), (float) x);
                same(unit.fromInteger(FloatFormat.DOUBLE, a), (double) a);
                same(unit.fromInteger(FloatFormat.FLOAT, a), (float) a);
            }
        }
    }

    @Test
    void floatsAsInJava() {
        for (int i = 0; i < 20_000; i++) {
            long a = numbers.floatBits() & 0xffff_ffffL;
            long b = numbers.floatBits() & 0xffff_ffffL;
            float x = Float.intBitsToFloat((int) a);
            float y = Float.intBitsToFloat((int) b);
            for (int mxcsr : new int[] {CLEAN, QUICK}) {
                unit.begin(mxcsr);
                same(unit.operate(SseFloat.ADD, FloatFormat.FLOAT, a, b), x + y);
                same(unit.operate(SseFloat.SUBTRACT, FloatFormat.FLOAT, a, b), x - y);
                same(unit.operate(SseFloat.MULTIPLY, FloatFormat.FLOAT, a, b), x * y);
                same(unit.operate(SseFloat.DIVIDE, FloatFormat.FLOAT, a, b), x / y);
                same(unit.squareRoot(FloatFormat.FLOAT, b), (float) Math.sqrt(y));
                same(unit.convert(FloatFormat.FLOAT, FloatFormat.DOUBLE, a), (double) x);
            }
        }
    }

    @Test
    void theFirstOperandsNanWins() {
        unit.begin(CLEAN);
        long result = unit.operate(SseFloat.ADD, FloatFormat.FLOAT, 0x7fc0_0001L, 0x7fc0_0002L);
        assertThat(result).isEqualTo(0x7fc0_0001L);
        assertThat(unit.flags).isZero();
        assertThat(unit.operate(SseFloat.ADD, FloatFormat.FLOAT, 0x7f80_0001L, 0x7fc0_0002L))
                .isEqualTo(0x7fc0_0001L);
        assertThat(unit.flags).isEqualTo(Fp.INVALID);
    }

    @Test
    void flushToZeroTellsUnderflowAndInexact() {
        unit.begin(CLEAN | 1 << 15);
        assertThat(unit.operate(SseFloat.MULTIPLY, FloatFormat.FLOAT, 0x0080_0000L, 0x3f00_0000L))
                .isZero();
        assertThat(unit.flags).isEqualTo(Fp.UNDERFLOW | Fp.INEXACT);
    }

    private void same(long bits, double expected) {
        assertThat(Double.doubleToLongBits(Double.longBitsToDouble(bits)))
                .as("%x, seed %d", bits, seed)
                .isEqualTo(Double.doubleToLongBits(expected));
    }

    private void same(long bits, float expected) {
        assertThat(Float.floatToIntBits(Float.intBitsToFloat((int) bits)))
                .as("%x, seed %d", bits, seed)
                .isEqualTo(Float.floatToIntBits(expected));
    }
}
