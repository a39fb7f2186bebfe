package org.jkprobes.isa.mips;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The GNU assembler knows encodings, and knows registers: it fills delay slots only where that changes nothing. */
@Tag("oracle")
class GnuAssemblerOracleTest {
    private static final int RS = 8;
    private static final int RT = 9;
    private static final int RD = 10;
    private static final int OTHER = 25;
    private static final String HEADER = ".set noat\n.set fp=64\n";

    /** Written by us, encoded by both. Instructions with an address in them need relocations: left out. */
    @Test
    void encodes_as_the_gnu_assembler_does() throws Exception {
        SplittableRandom random = new SplittableRandom(1);
        List<String> texts = new ArrayList<>();
        for (MipsInstruction line : releaseTwo()) {
            for (int i = 0; i < 10 && !line.flow().hasTarget(); i++) {
                int word = line.match() | random.nextInt() & ~line.mask();
                String text = GnuAssembler.writable(MipsDisassembler.disassemble(word, 0));
                if (isAccepted(line, word, text)) {
                    texts.add(text);
                }
            }
        }

        int[] theirs = GnuAssembler.assemble(HEADER + ".set noreorder\n" + String.join("\n", texts) + "\n");

        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            assertThat(MipsAssembler.assemble(text)).as(text).isEqualTo(theirs[i]);
        }
    }

    /** An instruction moves into the slot of {@code jr $r} unless it writes r. */
    @Test
    void writes_the_registers_the_gnu_assembler_thinks_it_writes() throws Exception {
        List<Case> cases = cases();
        StringBuilder source = new StringBuilder(HEADER);
        for (Case c : cases) {
            source.append(c.text).append("\njr $").append(c.register).append('\n');
        }
        boolean[] moved = moved(cases, GnuAssembler.assemble(source.toString()));

        check(cases, moved, (line, word) -> line.writesGpr(word));
    }

    /** An instruction moves into the slot of {@code jalr $r,$other} unless it reads or writes r. */
    @Test
    void reads_the_registers_the_gnu_assembler_thinks_it_reads() throws Exception {
        List<Case> cases = cases();
        StringBuilder source = new StringBuilder(HEADER);
        for (Case c : cases) {
            source.append(c.text).append("\njalr $").append(c.register).append(",$" + OTHER + "\n");
        }
        boolean[] moved = moved(cases, GnuAssembler.assemble(source.toString()));

        check(cases, moved, (line, word) -> line.readsGpr(word) | line.writesGpr(word));
    }

    private record Case(MipsInstruction line, int word, String text, int register) {}

    private interface RegisterMask {
        int of(MipsInstruction line, int word);
    }

    private static void check(List<Case> cases, boolean[] moved, RegisterMask mask) {
        Set<MipsInstruction> movable = new HashSet<>();
        for (int i = 0; i < moved.length; i++) {
            if (moved[i]) {
                movable.add(cases.get(i).line);
            }
        }
        // Traps, synchronization and the like never move, whatever the registers: they say nothing.
        assertThat(movable).hasSizeGreaterThan(150);
        for (int i = 0; i < moved.length; i++) {
            Case c = cases.get(i);
            if (movable.contains(c.line)) {
                boolean touches = (mask.of(c.line, c.word) >>> c.register & 1) != 0;
                assertThat(touches).as("%s and $%d", c.text, c.register).isEqualTo(!moved[i]);
            }
        }
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (MipsInstruction line : releaseTwo()) {
            int fields = RS << 21 | RT << 16 | RD << 11 | 4 << 6 | 2;
            int word = line.match() | fields & ~line.mask();
            String text = GnuAssembler.writable(MipsDisassembler.disassemble(word, 0));
            if (line.flow() == Flow.NONE && MipsInstruction.of(word).equals(line)) {
                for (int register : new int[] {RS, RT, RD, 4, 31}) {
                    cases.add(new Case(line, word, text.replace("$t2 or $t1", "$t2"), register));
                }
            }
        }
        return cases;
    }

    /** The disassembler shows what stands there; the assembler knows fewer register names, and rules. */
    private static boolean isAccepted(MipsInstruction line, int word, String text) {
        return switch (line.op()) {
            case EXT -> Fields.sa(word) + Fields.rd(word) < 32;
            case INS -> Fields.sa(word) <= Fields.rd(word);
            case CLZ, CLO -> Fields.rd(word) == Fields.rt(word);
            case JALR -> Fields.rd(word) != Fields.rs(word) && text.contains(",");
            default -> !text.contains("c0_") && !text.contains("c1_") && !text.contains("hwr_");
        };
    }

    private static List<MipsInstruction> releaseTwo() {
        return MipsInstruction.TABLE.stream()
                .filter(line -> !line.op().isExtension() && line.op() != MipsOp.RESERVED)
                .toList();
    }

    /** Either the jump comes first, its slot filled, or the instruction, the jump, and a nop in the slot. */
    private static boolean[] moved(List<Case> cases, int[] words) {
        boolean[] moved = new boolean[cases.size()];
        int at = 0;
        for (int i = 0; i < moved.length; i++) {
            moved[i] = MipsInstruction.of(words[at]).flow().hasDelaySlot();
            int instruction = words[moved[i] ? at + 1 : at];
            assertThat(MipsInstruction.of(instruction).mnemonic())
                    .as(cases.get(i).text)
                    .isEqualTo(cases.get(i).line.mnemonic());
            at += moved[i] ? 2 : 3;
        }
        // The end of the section is padded.
        assertThat(words.length - at).isBetween(0, 3);
        return moved;
    }
}
