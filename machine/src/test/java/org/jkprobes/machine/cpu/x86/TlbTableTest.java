package org.jkprobes.machine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.junit.jupiter.api.Test;

final class TlbTableTest {
    /** The same operations on a table and on a map of 4 KiB pages. */
    @Test
    void isAMapThatIsEmptiedWhenFull() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        TlbTable table = new TlbTable();
        Map<Long, Long> model = new HashMap<>();
        int emptied = 0;
        for (int i = 0; i < 200_000; i++) {
            long page = (random.nextInt(7) - 3L) << 45 | (long) random.nextInt(3000) << 12;
            long other = page & 0xffff_ffff_ffff_f000L;
            switch (random.nextInt(10)) {
                case 0, 1 -> {
                    table.remove(other);
                    model.remove(other);
                }
                case 2 ->
                    assertThat(table.find(other))
                            .as("seed %d, step %d", seed, i)
                            .isEqualTo(model.getOrDefault(other, TlbTable.MISSING));
                default -> {
                    if (table.put(other, other >>> 3 | i & 7, 12)) {
                        model.clear();
                        emptied++;
                    }
                    model.put(other, other >>> 3 | i & 7);
                }
            }
            if (i % 20_000 == 0) {
                table = restored(table);
            }
        }
        for (Map.Entry<Long, Long> entry : model.entrySet()) {
            assertThat(table.find(entry.getKey())).as("seed %d", seed).isEqualTo(entry.getValue());
        }
        assertThat(emptied).isPositive();
    }

    /** A restored table saves the same bytes, now and after the same operations. */
    @Test
    void snapshotsAreExact() {
        Random random = new Random(4);
        TlbTable table = new TlbTable();
        List<Long> pages = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            pages.add(random.nextLong() & -1L << 12);
            table.put(pages.getLast(), i, random.nextInt(4) == 0 ? 21 : 12);
            if (i % 3 == 0) {
                table.invalidate(pages.get(random.nextInt(pages.size())));
            }
        }
        TlbTable copy = restored(table);
        assertThat(bytes(copy)).isEqualTo(bytes(table));
        for (long page : pages) {
            assertThat(copy.find(page)).isEqualTo(table.find(page));
            copy.invalidate(page ^ 0x5000);
            table.invalidate(page ^ 0x5000);
        }
        assertThat(bytes(copy)).isEqualTo(bytes(table));
    }

    @Test
    void aGigabytePageGoesWhole() {
        TlbTable table = new TlbTable();
        table.put(0x4000_0000L, 1, 30);
        table.put(0x7fff_f000L, 2, 30);
        assertThat(table.invalidate(0x4000_0000L)).isTrue();
        assertThat(table.find(0x7fff_f000L)).isEqualTo(TlbTable.MISSING);
    }

    private static TlbTable restored(TlbTable table) {
        TlbTable copy = new TlbTable();
        copy.restore(new StateInput(bytes(table)));
        return copy;
    }

    private static byte[] bytes(TlbTable table) {
        StateOutput out = new StateOutput();
        table.save(out);
        return out.toByteArray();
    }
}
