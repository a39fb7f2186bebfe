package org.jkprobes.machine.cpu.x86.fpu;

import java.util.ArrayList;
import java.util.List;

/** The encodings of x87 instructions, undefined ones among them. */
final class X87Encodings {
    private X87Encodings() {}

    /** All whose result is exact or rounded, and that fit in {@link X87Cases#MEMORY}. */
    static List<Encoding> exact() {
        List<Encoding> found = new ArrayList<>();
        for (int escape = 0; escape < 8; escape++) {
            for (int operation = 0; operation < 8; operation++) {
                boolean image = (escape == 1 || escape == 5) && (operation == 4 || operation == 6);
                if (!image) {
                    found.add(Encoding.x87(escape, operation << 3 | 7));
                }
            }
            for (int modrm = 0xc0; modrm < 0x100; modrm++) {
                boolean single = escape == 1 && modrm >= 0xe0;
                if (!isTranscendental(escape, modrm) && (single || (modrm & 7) < 3)) {
                    found.add(Encoding.x87(escape, modrm));
                }
            }
        }
        return found;
    }

    private static boolean isTranscendental(int escape, int modrm) {
        return escape == 1
                && switch (modrm) {
                    case 0xf0, 0xf1, 0xf2, 0xf3, 0xf9, 0xfb, 0xfe, 0xff -> true;
                    default -> false;
                };
    }
}
