package org.jkprobes.isa.x86;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** The lines of the decoder's tables, and random encodings of them. */
public final class DecoderRows {
    private static final int[] PREFIXES = {0, 0x66, 0xf3, 0xf2};
    private static final String[] MAPS = {"", "0f ", "0f 38 ", "0f 3a "};
    private static final int[] ESCAPES = {-1, -1, 0x38, 0x3a};

    /** A line: which map it is of, and what it says. */
    public static final class Line {
        private final int map;
        private final Row row;

        Line(int map, Row row) {
            this.map = map;
            this.row = row;
        }

        public X86Op op() {
            return row.op();
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(MAPS[map]);
            text.append(String.format("%02x", row.opcode()));
            if ((row.mask() & 3 << Row.PREFIX) != 0) {
                text.append(" prefix ").append(String.format("%02x", PREFIXES[row.value() >> Row.PREFIX & 3]));
            }
            if ((row.mask() & 7 << Row.REG) != 0) {
                text.append(" /").append(row.value() & 7);
            }
            if ((row.mask() & Row.REGISTER) != 0) {
                text.append((row.value() & Row.REGISTER) != 0 ? " r" : " m");
            }
            text.append(' ').append(row.op());
            row.operands()
                    .forEach(operand -> text.append(' ').append(operand.kind()).append(operand.size()));
            return text.toString();
        }
    }

    private DecoderRows() {}

    /** The lines without VEX. */
    public static List<Line> all() {
        List<Line> lines = new ArrayList<>();
        for (int map = OpcodeMaps.ONE_BYTE; map <= OpcodeMaps.THREE_BYTE_3A; map++) {
            for (Row row : OpcodeMaps.all(map)) {
                lines.add(new Line(map, row));
            }
        }
        return lines;
    }

    /** Whether an instruction was decoded by this line. */
    public static boolean isOf(X86Instruction instruction, Line line) {
        return instruction.row().equals(line.row);
    }

    /** Random bytes that are likely to be an instruction of a line, followed by random ones; 24 in all. */
    public static byte[] random(Line line, X86Mode mode, RandomGenerator random) {
        byte[] bytes = new byte[24];
        random.nextBytes(bytes);
        int at = 0;
        Row row = line.row;
        boolean mandatory = (row.mask() & 3 << Row.PREFIX) != 0;
        int prefix = mandatory ? PREFIXES[row.value() >> Row.PREFIX & 3] : random.nextInt(5) == 0 ? 0x66 : 0;
        if (random.nextInt(24) == 0) {
            bytes[at++] = 0x67;
        }
        if (random.nextInt(24) == 0) {
            bytes[at++] = 0x65;
        }
        if (random.nextInt(40) == 0) {
            bytes[at++] = (byte) 0xf0;
        }
        boolean repeats = Properties.isString(row.op()) && random.nextInt(2) == 0;
        if (repeats || !mandatory && random.nextInt(60) == 0) {
            bytes[at++] = (byte) (0xf2 + random.nextInt(2));
        }
        if (prefix != 0) {
            bytes[at++] = (byte) prefix;
        }
        boolean wide = (row.value() & Row.W) != 0;
        if (mode == X86Mode.BITS64 && (wide || random.nextInt(2) == 0)) {
            int rex = 0x40 | random.nextInt(16) & (random.nextInt(2) == 0 ? 8 : 15);
            bytes[at++] = (byte) (wide ? rex | 8 : rex);
        }
        if (line.map != OpcodeMaps.ONE_BYTE) {
            bytes[at++] = 0x0f;
        }
        if (ESCAPES[line.map] >= 0) {
            bytes[at++] = (byte) ESCAPES[line.map];
        }
        bytes[at++] = (byte) row.opcode();
        int fixed = row.mask() & 0x3f;
        int modRm = bytes[at];
        modRm = modRm & ~((fixed & 7) << 3 | fixed >> 3) | (row.value() & fixed & 7) << 3 | (row.value() & fixed) >> 3;
        if ((row.mask() & Row.REGISTER) != 0) {
            boolean register = (row.value() & Row.REGISTER) != 0;
            modRm = register ? modRm | 0xc0 : modRm & 0x3f | random.nextInt(3) << 6;
        }
        if (OpcodeMaps.hasModRm(line.map, row.opcode())) {
            bytes[at] = (byte) modRm;
        }
        return bytes;
    }
}
