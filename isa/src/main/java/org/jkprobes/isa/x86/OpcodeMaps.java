package org.jkprobes.isa.x86;

import java.util.ArrayList;
import java.util.List;

/** The lines of all opcode maps, found by map and opcode. */
final class OpcodeMaps {
    static final int ONE_BYTE = 0;
    static final int TWO_BYTE = 1;
    static final int THREE_BYTE_38 = 2;
    static final int THREE_BYTE_3A = 3;
    static final int VEX_0F = 4;
    static final int VEX_0F38 = 5;
    static final int VEX_0F3A = 6;
    static final int EVEX_0F = 7;
    static final int EVEX_0F38 = 8;
    private static final int MAPS = 9;

    private static final Row[][] LINES = new Row[MAPS << 8][];
    private static final boolean[] MODRM = new boolean[MAPS << 8];

    static {
        List<List<Row>> maps = List.of(
                parse(OneByteMap.ROWS, FloatingPointMap.ROWS),
                parse(TwoByteMap.ROWS, VectorMap.ROWS),
                parse(TwoByteMap.ROWS_38, VectorMap.ROWS_38),
                parse(VectorMap.ROWS_3A),
                parse(VexMap.ROWS_0F),
                parse(VexMap.ROWS_0F38),
                parse(VexMap.ROWS_0F3A),
                parse(VexMap.EVEX_0F),
                parse(VexMap.EVEX_0F38));
        for (int map = 0; map < MAPS; map++) {
            for (int opcode = 0; opcode < 256; opcode++) {
                int wanted = opcode;
                Row[] lines = maps.get(map).stream()
                        .filter(row -> row.opcode() == wanted)
                        .toArray(Row[]::new);
                LINES[map << 8 | opcode] = lines;
                for (Row row : lines) {
                    MODRM[map << 8 | opcode] |= row.usesModRm();
                }
            }
        }
    }

    private OpcodeMaps() {}

    private static List<Row> parse(String... texts) {
        List<Row> rows = new ArrayList<>();
        for (String text : texts) {
            rows.addAll(Row.parse(text));
        }
        return rows;
    }

    /** The lines of an opcode; the first that matches counts. */
    static Row[] lines(int map, int opcode) {
        return LINES[map << 8 | opcode];
    }

    /** Whether a ModRM byte follows the opcode. */
    static boolean hasModRm(int map, int opcode) {
        return MODRM[map << 8 | opcode];
    }

    /** All lines, for tests. */
    static List<Row> all(int map) {
        List<Row> rows = new ArrayList<>();
        for (int opcode = 0; opcode < 256; opcode++) {
            rows.addAll(List.of(lines(map, opcode)));
        }
        return rows;
    }
}
