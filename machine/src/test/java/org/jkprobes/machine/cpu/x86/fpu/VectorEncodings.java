package org.jkprobes.machine.cpu.x86.fpu;

import java.util.ArrayList;
import java.util.List;

/** The encodings of MMX, SSE and SSE2 instructions: every opcode, prefix and form that exists, and some that do not. */
final class VectorEncodings {
    private static final String[] PREFIXES = {"", "66", "f3", "f2"};
    /** Later extensions among the opcodes below, which the host knows: prefix * 256 + opcode. */
    private static final List<Integer> LATER =
            List.of(0x212, 0x312, 0x216, 0x17c, 0x17d, 0x37c, 0x37d, 0x1d0, 0x3d0, 0x3f0);

    private VectorEncodings() {}

    /** Opcodes with ModRM and no immediate. */
    private static List<Integer> opcodes() {
        List<Integer> found = new ArrayList<>();
        for (int opcode : new int[] {0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f, 0x6e, 0x6f, 0x7e, 0x7f, 0xc3}) {
            found.add(opcode);
        }
        for (int opcode = 0x10; opcode < 0x18; opcode++) {
            found.add(opcode);
        }
        for (int opcode = 0x50; opcode < 0x77; opcode++) {
            if (opcode < 0x6e || opcode > 0x73) {
                found.add(opcode);
            }
        }
        for (int opcode = 0xd1; opcode < 0xff; opcode++) {
            found.add(opcode);
        }
        return found;
    }

    static List<Encoding> all() {
        List<Encoding> found = new ArrayList<>();
        for (int prefix = 0; prefix < 4; prefix++) {
            for (int opcode : opcodes()) {
                if (!LATER.contains(prefix << 8 | opcode)) {
                    forms(found, prefix, opcode, -1);
                }
            }
            for (int immediate : new int[] {0, 1, 2, 3, 4, 5, 6, 7, 0x1b, 0x4e, 0xe4, 0x93, 0xff}) {
                for (int opcode : new int[] {0x70, 0xc2, 0xc4, 0xc5, 0xc6}) {
                    if (opcode != 0xc2 || immediate < 8) {
                        forms(found, prefix, opcode, immediate);
                    }
                }
            }
            for (int operation = 0; operation < 8; operation++) {
                for (int opcode = 0x71; opcode < 0x74; opcode++) {
                    for (int immediate : new int[] {0, 1, 3, 7, 8, 9, 15, 16, 31, 32, 63, 64, 255}) {
                        found.add(register(prefix, opcode, operation, 1, immediate, false));
                    }
                }
            }
        }
        found.add(new Encoding("0f77", FpuCode.of(0x77, 0, 0, 0, 0)));
        found.add(register(0, 0xae, 5, 0, -1, false));
        found.add(memory(0, 0xae, 2, -1, false));
        found.add(memory(0, 0xae, 3, -1, false));
        return found;
    }

    private static void forms(List<Encoding> found, int prefix, int opcode, int immediate) {
        boolean wide = opcode == 0x2a
                || opcode == 0x2c
                || opcode == 0x2d
                || opcode == 0x6e
                || opcode == 0x7e
                || opcode == 0xc3;
        for (int w = 0; w < (wide ? 2 : 1); w++) {
            found.add(register(prefix, opcode, 1, 2, immediate, w != 0));
            if (immediate < 8) {
                found.add(register(prefix, opcode, 2, 2, immediate, w != 0));
                found.add(memory(prefix, opcode, 1, immediate, w != 0));
            }
        }
    }

    private static Encoding register(int prefix, int opcode, int reg, int rm, int immediate, boolean wide) {
        return new Encoding(
                text(prefix, opcode, 0xc0 | reg << 3 | rm, immediate, wide),
                FpuCode.of(opcode, reg, rm, Math.max(immediate, 0), prefix << 25 | (wide ? FpuCode.WIDE : 0)));
    }

    private static Encoding memory(int prefix, int opcode, int reg, int immediate, boolean wide) {
        return new Encoding(
                text(prefix, opcode, reg << 3 | 7, immediate, wide),
                FpuCode.of(
                        opcode,
                        reg,
                        7,
                        Math.max(immediate, 0),
                        prefix << 25 | FpuCode.MEMORY | (wide ? FpuCode.WIDE : 0)));
    }

    private static String text(int prefix, int opcode, int modrm, int immediate, boolean wide) {
        return PREFIXES[prefix]
                + (wide ? "48" : "")
                + String.format("0f%02x%02x", opcode, modrm)
                + (immediate < 0 ? "" : String.format("%02x", immediate));
    }
}
