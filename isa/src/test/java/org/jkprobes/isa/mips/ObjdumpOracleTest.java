package org.jkprobes.isa.mips;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The disassembler must print what objdump prints, character for character. */
@Tag("oracle")
class ObjdumpOracleTest {
    private static final long ADDRESS = 0x8010_0000L;
    private static final int WORDS_PER_LINE = 200;
    private static final int RANDOM_WORDS = 300_000;
    private static final int NEAR_WORDS = 60;

    @Test
    void every_line_of_the_table_with_random_fields() throws Exception {
        SplittableRandom random = new SplittableRandom(1);
        List<MipsInstruction> lines = MipsInstruction.TABLE;
        int[] words = lines.stream()
                .flatMapToInt(line -> random.ints(WORDS_PER_LINE).map(fields -> line.match() | fields & ~line.mask()))
                .toArray();

        assertSame(words);
    }

    /** One wrong bit makes another instruction, or none. */
    @Test
    void every_line_of_the_table_with_one_fixed_bit_changed() throws Exception {
        SplittableRandom random = new SplittableRandom(2);
        int[] words = MipsInstruction.TABLE.stream()
                .flatMapToInt(line -> random.ints(NEAR_WORDS)
                        .map(fields -> (line.match() | fields & ~line.mask()) ^ 1 << random.nextInt(32)))
                .toArray();

        assertSame(words);
    }

    /** Fields that are zero or all ones choose aliases. */
    @Test
    void every_line_of_the_table_with_extreme_fields() throws Exception {
        SplittableRandom random = new SplittableRandom(3);
        int[] words = MipsInstruction.TABLE.stream()
                .flatMapToInt(line -> random.ints(NEAR_WORDS).map(_ -> line.match() | extreme(random) & ~line.mask()))
                .toArray();

        assertSame(words);
    }

    @Test
    void random_words() throws Exception {
        assertSame(new SplittableRandom(4).ints(RANDOM_WORDS).toArray());
    }

    /** All of opcode, rs and function, with the fields between zero and random. */
    @Test
    void the_opcode_space() throws Exception {
        SplittableRandom random = new SplittableRandom(5);
        int[] words = new int[64 * 32 * 64 * 4];
        for (int i = 0; i < words.length; i++) {
            int fields = extreme(random) & 0x001f_ffc0;
            words[i] = (i >>> 13) << 26 | (i >>> 8 & 31) << 21 | fields | i >>> 2 & 63;
        }

        assertSame(words);
    }

    /** A raw kernel (little-endian, loaded at 0x80100000) whose whole text and data is compared when the property names one. */
    @Test
    @EnabledIfSystemProperty(named = "jkprobes.kernel.raw", matches = ".+")
    void a_raw_kernel() throws Exception {
        Path kernel = Path.of(System.getProperty("jkprobes.kernel.raw", ""));

        ObjdumpComparison comparison = ObjdumpComparison.ofFile(kernel, ADDRESS, ADDRESS, ADDRESS + Files.size(kernel));

        assertThat(comparison.samples()).isEmpty();
        assertThat(comparison.compared()).isEqualTo(Files.size(kernel) / 4);
    }

    private static int extreme(SplittableRandom random) {
        int word = 0;
        for (int lsb = 6; lsb < 26; lsb += 5) {
            int value = switch (random.nextInt(4)) {
                case 0 -> random.nextInt(32);
                case 1 -> 31;
                default -> 0;
            };
            word |= value << lsb;
        }
        return word | random.nextInt(2) * random.nextInt(64);
    }

    private static void assertSame(int[] words) throws Exception {
        ObjdumpComparison comparison = ObjdumpComparison.ofWords(words, ADDRESS);

        assertThat(comparison.samples()).isEmpty();
        assertThat(comparison.compared()).isEqualTo(words.length);
    }
}
