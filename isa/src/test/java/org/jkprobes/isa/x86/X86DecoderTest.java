package org.jkprobes.isa.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.jkprobes.isa.Symbolizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class X86DecoderTest {
    private static final int CASES = Integer.getInteger("jkprobes.x86.cases", 50_000);
    private static final int BUFFER = 24;

    private static X86Instruction decode(X86Mode mode, String hex) {
        byte[] code = HexFormat.of().parseHex(hex);
        return X86Decoder.decode(code, 0, code.length, mode);
    }

    /**
     * Random bytes: no exception, a sane length, and no byte past the limit or past the length has any influence. As a soak: {@code
     * -Djkprobes.x86.cases=3400000 -Djkprobes.seed=20261122}, 10.2 million cases in 100 s, passed on 2026-11-21.
     */
    @ParameterizedTest
    @EnumSource
    void random_bytes(X86Mode mode) {
        long seed = Long.getLong("jkprobes.seed", 42);
        SplittableRandom random = new SplittableRandom(seed);
        byte[] code = new byte[BUFFER];
        byte[] other = new byte[BUFFER];
        for (int i = 0; i < CASES; i++) {
            random.nextBytes(code);
            if (random.nextInt(4) == 0) {
                // Most opcodes of the second map are behind few first bytes.
                code[0] = 0x0f;
            }
            int limit = random.nextInt(code.length + 1);
            String what = "seed " + seed + ", " + mode + ", limit " + limit + ": "
                    + HexFormat.of().formatHex(code);
            X86Instruction[] found = new X86Instruction[1];
            assertThatNoException().as(what).isThrownBy(() -> found[0] = X86Decoder.decode(code, 0, limit, mode));
            X86Instruction instruction = found[0];
            assertThat(instruction.length()).as(what).isBetween(0, Math.min(limit, 15));
            // The rest changed: the same instruction, if there was one.
            random.nextBytes(other);
            int seen = instruction.isValid() ? instruction.length() : limit;
            System.arraycopy(code, 0, other, 0, seen);
            X86Instruction again = X86Decoder.decode(other, 0, instruction.isValid() ? BUFFER : limit, mode);
            assertThat(again.status()).as(what).isEqualTo(instruction.status());
            assertThat(again.length()).as(what).isEqualTo(instruction.length());
            String text = X86Disassembler.disassemble(instruction, code, 0, 0x1000, Symbolizer.NONE);
            assertThat(X86Disassembler.disassemble(again, other, 0, 0x1000, Symbolizer.NONE))
                    .as(what)
                    .isEqualTo(text);
            if (instruction.isValid()) {
                // One byte less is too little.
                assertThat(X86Decoder.decode(Arrays.copyOf(code, seen - 1), 0, seen - 1, mode)
                                .status())
                        .as(what)
                        .isEqualTo(X86Instruction.Status.TRUNCATED);
            }
        }
    }

    @Test
    void sixteen_bytes_are_invalid_and_none_are_truncated() {
        assertThat(decode(X86Mode.BITS64, "66".repeat(14) + "90").isValid()).isTrue();
        assertThat(decode(X86Mode.BITS64, "66".repeat(15) + "90").status()).isEqualTo(X86Instruction.Status.INVALID);
        assertThat(decode(X86Mode.BITS64, "66".repeat(14)).status()).isEqualTo(X86Instruction.Status.TRUNCATED);
        assertThat(decode(X86Mode.BITS64, "").status()).isEqualTo(X86Instruction.Status.TRUNCATED);
    }

    /** SDM volume 2, 3.2 and 4.3: the entries of ADC, RCL, INC, Jcc and PUSHF. */
    @Test
    void flags() {
        assertThat(decode(X86Mode.BITS64, "11c8").flagsRead()).isEqualTo(X86Flags.CF);
        assertThat(decode(X86Mode.BITS64, "11c8").flagsWritten()).isEqualTo(X86Flags.STATUS);
        assertThat(decode(X86Mode.BITS64, "d1d0").flagsWritten()).isEqualTo(X86Flags.CF | X86Flags.OF);
        assertThat(decode(X86Mode.BITS64, "ffc0").flagsWritten()).isEqualTo(X86Flags.STATUS & ~X86Flags.CF);
        assertThat(decode(X86Mode.BITS64, "7e00").flagsRead()).isEqualTo(X86Flags.ZF | X86Flags.SF | X86Flags.OF);
        assertThat(decode(X86Mode.BITS64, "7700").flagsRead()).isEqualTo(X86Flags.ZF | X86Flags.CF);
        assertThat(decode(X86Mode.BITS64, "9c").flagsRead()).isEqualTo(X86Flags.ALL);
    }

    @Test
    void rip_relative_operands_and_their_bytes() {
        X86Instruction instruction = decode(X86Mode.BITS64, "48c7058e4dbeff8aa22c82");
        assertThat(instruction.isRipRelative()).isTrue();
        assertThat(instruction.displacementOffset()).isEqualTo(3);
        assertThat(instruction.displacementSize()).isEqualTo(4);
        assertThat(instruction.immediateOffset()).isEqualTo(7);
        assertThat(instruction.operand(0))
                .isEqualTo(new X86Operand.Mem(3, X86Operand.Mem.RIP, X86Operand.Mem.NONE, 1, -0x41b272, 64));
        assertThat(decode(X86Mode.BITS32, "c7058e4dbeff8aa22c82").isRipRelative())
                .isFalse();
    }

    @Test
    void flow() {
        assertThat(decode(X86Mode.BITS64, "ffe0").flow()).isEqualTo(X86Flow.INDIRECT_JUMP);
        assertThat(decode(X86Mode.BITS64, "ff10").flow()).isEqualTo(X86Flow.INDIRECT_CALL);
        assertThat(decode(X86Mode.BITS32, "e800000000").flow()).isEqualTo(X86Flow.CALL);
        assertThat(decode(X86Mode.BITS32, "66e8fdff").target(0x12345)).isEqualTo(0x2346);
        assertThat(decode(X86Mode.BITS64, "66e8fdffffff").target(0x12345)).isEqualTo(0x12348);
        assertThat(decode(X86Mode.BITS64, "ca0400").flow()).isEqualTo(X86Flow.FAR_RETURN);
        assertThat(decode(X86Mode.BITS64, "e2fe").flow()).isEqualTo(X86Flow.BRANCH);
    }

    @Test
    void what_may_not_be_stepped_or_boosted() {
        for (String hex : new String[] {"cc", "cd80", "8ed0", "0f0b", "f1", "17"}) {
            assertThat(decode(X86Mode.BITS32, hex).canStep()).as(hex).isFalse();
        }
        assertThat(decode(X86Mode.BITS32, "8ed8").canBoost()).isTrue();
        assertThat(decode(X86Mode.BITS32, "9c").canStep()).isTrue();
        assertThat(decode(X86Mode.BITS32, "9c").canBoost()).isFalse();
        assertThat(decode(X86Mode.BITS32, "e800000000").canBoost()).isFalse();
        assertThat(decode(X86Mode.BITS32, "f089c8").canStep()).isFalse();
        assertThat(decode(X86Mode.BITS32, "f00108").canStep()).isTrue();
    }
}
