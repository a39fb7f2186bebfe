package org.jkprobes.machine.cpu.x86.fpu;

import java.util.ArrayList;
import java.util.List;

/** Random states and random images of states. */
final class ImageCases {
    static final int MEMORY = 512;

    private final NumberSource numbers;
    private final X87Cases x87;

    ImageCases(NumberSource numbers) {
        this.numbers = numbers;
        this.x87 = new X87Cases(numbers);
    }

    static List<Encoding> encodings() {
        List<Encoding> found = new ArrayList<>();
        for (int escape : new int[] {1, 5}) {
            for (int operation : new int[] {4, 6}) {
                int modrm = operation << 3 | 7;
                found.add(Encoding.x87(escape, modrm));
                found.add(new Encoding(
                        String.format("66%02x%02x", 0xd8 | escape, modrm),
                        FpuCode.x87(0xd8 | escape, modrm, FpuCode.NARROW)));
            }
        }
        for (int operation = 0; operation < 2; operation++) {
            int code = FpuCode.of(0xae, operation, 7, 0, FpuCode.MEMORY | FpuCode.LONG_MODE);
            found.add(new Encoding(String.format("0fae%02x", operation << 3 | 7), code));
            found.add(new Encoding(String.format("480fae%02x", operation << 3 | 7), code | FpuCode.WIDE));
        }
        return found;
    }

    FpuCase next(Encoding encoding) {
        FpuCase small = x87.next(encoding);
        FpuCase made = new FpuCase(MEMORY);
        made.bytes.put(0, small.bytes, 0, FpuCase.MEMORY);
        made.bytes.putInt(FpuCase.MXCSR, numbers.below(0x10000));
        made.bytes.putInt(FpuCase.OPCODE, numbers.below(0x800));
        // Addresses that are canonical.
        made.bytes.putLong(FpuCase.INSTRUCTION_POINTER, numbers.bits() >>> 17);
        made.bytes.putLong(FpuCase.DATA_POINTER, numbers.bits() >>> 17);
        for (int i = 0; i < 4; i++) {
            made.xmm(i, numbers.bits(), numbers.bits());
        }
        for (int at = 0; at < MEMORY; at += 8) {
            made.bytes.putLong(FpuCase.MEMORY + at, numbers.bits());
        }
        if (encoding.bytes().endsWith("0fae0f")) {
            made.bytes.putInt(FpuCase.MEMORY + 24, numbers.below(numbers.oneIn(10) ? 0x20000 : 0x10000));
            made.bytes.putLong(FpuCase.MEMORY + 8, numbers.bits() >>> 17);
            made.bytes.putLong(FpuCase.MEMORY + 16, numbers.bits() >>> 17);
        }
        return made;
    }
}
