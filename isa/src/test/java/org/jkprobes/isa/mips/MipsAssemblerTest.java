package org.jkprobes.isa.mips;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MipsAssemblerTest {
    private static final long ORIGIN = 0x8000_1000L;

    /** What the disassembler writes, the assembler reads: the same text comes back, for every line of the table. */
    @Test
    void disassembly_can_be_assembled_again() {
        SplittableRandom random = new SplittableRandom(1);
        for (MipsInstruction line : MipsInstruction.TABLE) {
            for (int i = 0; i < 40; i++) {
                int word = line.match() | random.nextInt() & ~line.mask();
                String text = MipsDisassembler.disassemble(word, ORIGIN);
                if (isUnwritable(text)) {
                    continue;
                }
                int again = MipsAssembler.assemble(text, ORIGIN);
                assertThat(MipsDisassembler.disassemble(again, ORIGIN))
                        .as("%08x became %08x", word, again)
                        .isEqualTo(text);
            }
        }
    }

    /**
     * Words that break a rule of the manual: clz with two destinations, ins with its top bit below its bottom bit; and li, which
     * is free to choose.
     */
    private static boolean isUnwritable(String text) {
        return text.contains(" or ") || text.startsWith("li\t") || text.startsWith("ins\t") && text.contains(",0xffff");
    }

    @Test
    void labels_are_known_before_and_behind() {
        int[] words = new MipsAssembler(ORIGIN).add("""
                        start:  beqz  $a0, done   # forwards
                                nop
                        loop: again:
                                bnez  $t0, loop   # backwards
                                addiu $t0, $t0, -1
                                b     start + 4
                                nop
                        done:   jr    $ra
                                nop
                                .word 0x1234, done
                        """).words();

        assertThat(words)
                .containsExactly(
                        0x10800005, 0, 0x1500ffff, 0x2508ffff, 0x1000fffc, 0, 0x03e00008, 0, 0x1234, 0x80001018);
    }

    @Test
    void numbers_too_big_for_one_word_take_two() {
        MipsAssembler assembler = new MipsAssembler(ORIGIN)
                .add("li $t0, 0x12345678")
                .add("li $t1, -32768")
                .add("li $t2, 0xffff")
                .add("li $t3, -32769")
                .add("la $t4, end")
                .label("end");

        assertThat(assembler.words())
                .containsExactly(
                        0x3c081234, 0x35085678, 0x24098000, 0x340affff, 0x3c0bffff, 0x356b7fff, 0x3c0c8000, 0x358c1020);
        assertThat(assembler.address("end")).isEqualTo(ORIGIN + 32);
        assertThat(assembler.here()).isEqualTo(ORIGIN + 32);
    }

    @Test
    void registers_have_several_names() {
        assertThat(MipsAssembler.assemble("addu $t0, $s8, $8")).isEqualTo(0x03c84021);
        assertThat(MipsAssembler.assemble("addu t0,fp,$t0")).isEqualTo(0x03c84021);
        assertThat(MipsAssembler.assemble("mfc0 $t0, $16, 1")).isEqualTo(0x40088001);
        assertThat(MipsAssembler.assemble("mfc0 $t0, $16")).isEqualTo(0x40088000);
        assertThat(MipsAssembler.assemble("mfc0 $t0, c0_config1")).isEqualTo(0x40088001);
        assertThat(MipsAssembler.assemble("lw $t0, ($sp)")).isEqualTo(0x8fa80000);
        assertThat(MipsAssembler.assemble("c.lt.d $fcc2,$f2,$f4")).isEqualTo(0x4624123c);
    }

    @Test
    void bytes_come_lowest_first() {
        assertThat(new MipsAssembler(ORIGIN).add(0x12345678).add(".space 5").littleEndianBytes())
                .containsExactly(0x78, 0x56, 0x34, 0x12, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "frobnicate $t0",
                "addiu $t0,$t1,32768",
                "addiu $t0,$t1,-32769",
                "addiu $t0,$t1",
                "addu $t0,$t1,$t2,$t3",
                "addu $t0,$t1,$32",
                "andi $t0,$t1,-1",
                "lw $t0,4($t1",
                "lw $t0,4[$t1]",
                "sll $t0,$t1,32",
                "beqz $t0,nowhere",
                "b 0x80001002",
                "b 0x80101000",
                "j 0x10000000",
                "ext $t0,$t1,0,33",
                "ins $t0,$t1,31,2",
                "li $t0,",
                "add.s $f0,$f1,$f32",
                "nop nop"
            })
    void what_is_no_instruction_is_refused(String text) {
        assertThatThrownBy(() -> MipsAssembler.assemble(text, ORIGIN)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_label_cannot_be_given_twice() {
        MipsAssembler assembler = new MipsAssembler(ORIGIN).label("here");

        assertThatThrownBy(() -> assembler.label("here")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void symbols_replace_branch_targets() {
        assertThat(MipsDisassembler.disassemble(
                        0x0c000400,
                        ORIGIN,
                        address -> address == ORIGIN ? Optional.of("start_here") : Optional.empty()))
                .isEqualTo("jal\t80001000 <start_here>");
    }
}
