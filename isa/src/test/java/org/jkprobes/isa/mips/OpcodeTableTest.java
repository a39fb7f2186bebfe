package org.jkprobes.isa.mips;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.lang.management.ManagementFactory;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What must hold for the opcode table as a whole. */
class OpcodeTableTest {
    private static final List<MipsInstruction> LINES = MipsInstruction.TABLE;

    @Test
    void no_word_has_two_meanings() {
        for (int i = 0; i < LINES.size(); i++) {
            for (MipsInstruction b : LINES.subList(i + 1, LINES.size())) {
                MipsInstruction a = LINES.get(i);
                boolean same = ((a.match() ^ b.match()) & a.mask() & b.mask()) == 0;
                if (same && Integer.bitCount(a.mask()) == Integer.bitCount(b.mask())) {
                    fail("%s and %s share words and fix equally many bits", a, b);
                }
            }
        }
    }

    @Test
    void no_line_wants_bits_it_does_not_fix_and_each_is_found_by_its_own_bits() {
        SplittableRandom random = new SplittableRandom(1);
        for (MipsInstruction line : LINES) {
            assertThat(line.match() & ~line.mask()).as(line.toString()).isZero();
            assertThat(random.ints(64).mapToObj(fields -> MipsInstruction.of(line.match() | fields & ~line.mask())))
                    .as(line.toString())
                    .contains(line);
        }
    }

    @Test
    void every_operation_is_in_the_table() {
        Set<MipsOp> used = LINES.stream()
                .map(MipsInstruction::op)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(MipsOp.class)));

        assertThat(used).containsExactlyInAnyOrder(MipsOp.values());
    }

    /** An operand's field must not lie on fixed bits. */
    @Test
    void operands_lie_on_free_bits() {
        for (MipsInstruction line : LINES) {
            for (Operand operand : line.syntax().operands()) {
                int field = operand.mask() << operand.lsb();
                assertThat(field & line.mask())
                        .as("%s: %s", line, operand.name())
                        .isZero();
            }
        }
    }

    /** A register that a line reads or writes must be one of its operands: what is not written down cannot vary. */
    @Test
    void effects_name_registers_that_are_not_fixed() {
        for (MipsInstruction line : LINES) {
            int free = ~line.mask();
            int named = line.reads() | line.writes();
            assertThat((named & RegisterSet.RS) == 0 || (free >>> 21 & 31) == 31)
                    .as(line.toString())
                    .isTrue();
            assertThat((named & RegisterSet.RT) == 0 || (free >>> 16 & 31) == 31)
                    .as(line.toString())
                    .isTrue();
            assertThat((named & RegisterSet.R6) == 0 || (free >>> 6 & 31) == 31)
                    .as(line.toString())
                    .isTrue();
        }
    }

    @Test
    void any_word_can_be_asked_anything() {
        long seed = 7;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 2_000_000; i++) {
            int word = random.nextInt();
            long pc = random.nextLong();
            MipsInstruction line = MipsInstruction.of(word);
            try {
                assertThat(line.matches(word)).isTrue();
                assertThat((line.readsGpr(word) | line.writesGpr(word)) & 1).isZero();
                long target = line.target(word, pc);
                assertThat(target >= 0).isEqualTo(line.flow().hasTarget());
                if (i % 16 == 0) {
                    assertThat(MipsDisassembler.disassemble(word, pc)).startsWith(line.mnemonic());
                }
            } catch (RuntimeException e) {
                throw new AssertionError("word %08x at %x, seed %d".formatted(word, pc, seed), e);
            }
        }
    }

    @Test
    void decoding_allocates_nothing() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        int sum = decode(1000);
        long before = threads.getCurrentThreadAllocatedBytes();
        sum += decode(1_000_000);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(sum).isNotZero();
        assertThat(allocated).isLessThan(10_000);
    }

    private static int decode(int words) {
        int sum = 0;
        int word = 1;
        for (int i = 0; i < words; i++) {
            word = word * 1664525 + 1013904223;
            MipsInstruction line = MipsInstruction.of(word);
            sum += line.readsGpr(word) ^ line.writesGpr(word);
            sum += MipsOp.of(word) == MipsOp.ADDIU ? 1 : 0;
            sum += (int) line.target(word, 0x8000_0000L);
        }
        return sum;
    }
}
