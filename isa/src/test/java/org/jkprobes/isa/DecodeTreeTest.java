package org.jkprobes.isa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DecodeTreeTest {
    private record Line(int mask, int match) implements WordPattern {}

    private static final Line NOTHING = new Line(0, 0);

    @Test
    void finds_what_a_scan_of_the_whole_table_finds() {
        for (long seed = 0; seed < 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<Line> table = new ArrayList<>();
            for (int i = random.nextInt(80); i > 0; i--) {
                int mask = 0xf000_0000 | random.nextInt() & random.nextInt(1 << 24);
                table.add(new Line(mask, random.nextInt() & mask));
            }
            DecodeTree<Line> tree = new DecodeTree<>(table, NOTHING);

            for (int i = 0; i < 2000; i++) {
                int word = random.nextInt();
                if (i % 2 == 0 && !table.isEmpty()) {
                    Line line = table.get(random.nextInt(table.size()));
                    word = line.match() | word & ~line.mask();
                }
                assertThat(tree.find(word)).as("seed %d word %08x", seed, word).isEqualTo(scan(table, word));
            }
        }
    }

    @Test
    void the_alias_that_fixes_more_bits_comes_first() {
        Line general = new Line(0xff00_0000, 0x1200_0000);
        Line alias = new Line(0xffff_0000, 0x1234_0000);

        DecodeTree<Line> tree = new DecodeTree<>(List.of(general, alias), NOTHING);

        assertThat(tree.find(0x1234_5678)).isEqualTo(alias);
        assertThat(tree.find(0x1235_5678)).isEqualTo(general);
        assertThat(tree.find(0x1334_5678)).isEqualTo(NOTHING);
    }

    @Test
    void what_matches_nothing_must_fix_no_bits() {
        assertThatThrownBy(() -> new DecodeTree<>(List.of(), new Line(1, 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Line scan(List<Line> table, int word) {
        Line best = NOTHING;
        for (Line line : table) {
            if (line.matches(word) && Integer.bitCount(line.mask()) > Integer.bitCount(best.mask())) {
                best = line;
            }
        }
        return best;
    }
}
