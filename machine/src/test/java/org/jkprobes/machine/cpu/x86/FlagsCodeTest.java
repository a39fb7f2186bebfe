package org.jkprobes.machine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.jkprobes.machine.engine.ComputeRunner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What hosts do for the flags, against what {@link Flags} and {@link Shifts} say. */
class FlagsCodeTest {
    private static final long SEED = 20_061_121;
    private static final long[] SPECIAL = {
        0, 1, -1, 0x7f, 0x80, 0x7fff, 0x8000, 0x7fffffffL, 0x80000000L, Long.MIN_VALUE
    };

    private final Random random = new Random(SEED);
    private final ComputeRunner host = new ComputeRunner(new FlagsCode());

    private long value() {
        return random.nextInt(3) == 0
                ? SPECIAL[random.nextInt(SPECIAL.length)]
                : random.nextLong() >> random.nextInt(64);
    }

    /** Sets the flags' slots as an operation leaves them; returns the image. */
    private int flags() {
        int kind = random.nextInt(Flags.CARRY_APART + 1);
        int width = 8 << random.nextInt(4);
        long a = value();
        long b = value();
        long c = random.nextInt(2);
        switch (kind) {
            case Flags.SHL, Flags.SHR, Flags.SAR -> b = 1L + random.nextInt(width == 64 ? 63 : 31);
            default -> {}
        }
        int op = Flags.op(kind, width);
        host.slot(X86Slots.CC_OP, op);
        host.slot(X86Slots.CC_A, a);
        host.slot(X86Slots.CC_B, b);
        host.slot(X86Slots.CC_C, c);
        return Flags.image(op, a, b, c);
    }

    @Test
    void imageAndConditions() {
        for (int what = 0; what <= X86Helper.FLAGS; what++) {
            assertThat(host.emit(what)).isTrue();
            for (int i = 0; i < 20_000; i++) {
                int image = flags();
                long expected = what == X86Helper.FLAGS ? image : Flags.holds(what, image) ? 1 : 0;
                assertThat(host.run())
                        .as("%d of %x, seed %d", what, image, SEED)
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {X86Helper.SHL, X86Helper.SHR, X86Helper.SAR, X86Helper.ROL, X86Helper.ROR, X86Helper.BIT})
    void flagsAfterShiftsRotatesAndBits(int kind) {
        Shifts shifts = new Shifts();
        int emitted = 0;
        for (int width = 8; width <= 64; width *= 2) {
            if (!host.emit(kind | width << X86Helper.SHIFT)) {
                continue;
            }
            emitted++;
            for (int i = 0; i < 20_000; i++) {
                int image = flags();
                long a = Flags.extend(width, value());
                int count = random.nextInt(256);
                host.slot(X86Slots.T0, a);
                host.slot(X86Slots.T1, count);
                int expected;
                if (kind == X86Helper.BIT) {
                    expected = image & ~Flags.CF | (int) (a >>> (count & width - 1)) & Flags.CF;
                } else {
                    shifts.run(kind, width, a, 0, count, image);
                    expected = shifts.flags;
                }
                assertThat(host.run())
                        .as("%d of %d bits, %x by %d after %x, seed %d", kind, width, a, count, image, SEED)
                        .isEqualTo(expected);
            }
        }
        assertThat(emitted).isGreaterThanOrEqualTo(2);
    }

    @Test
    void noStateLeadsAstray() {
        assertThat(host.emit(X86Helper.FLAGS)).isTrue();
        for (long op : new long[] {52, 53, 1 << 20, -1, Integer.MIN_VALUE}) {
            host.slot(X86Slots.CC_OP, op);
            host.slot(X86Slots.CC_A, Flags.ZF | Flags.CF);
            assertThat(host.run()).isEqualTo(Flags.ZF | Flags.CF);
        }
    }
}
