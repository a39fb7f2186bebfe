package org.jkprobes.machine.cpu.x86.fpu;

import java.util.List;

/** States for the transcendental instructions, their operands in the range for which something is defined. */
final class TranscendentalCases {
    static final Encoding F2XM1 = Encoding.x87(1, 0xf0);
    static final Encoding FYL2X = Encoding.x87(1, 0xf1);
    static final Encoding FPTAN = Encoding.x87(1, 0xf2);
    static final Encoding FPATAN = Encoding.x87(1, 0xf3);
    static final Encoding FYL2XP1 = Encoding.x87(1, 0xf9);
    static final Encoding FSINCOS = Encoding.x87(1, 0xfb);
    static final Encoding FSIN = Encoding.x87(1, 0xfe);
    static final Encoding FCOS = Encoding.x87(1, 0xff);
    static final List<Encoding> ALL = List.of(F2XM1, FYL2X, FPTAN, FPATAN, FYL2XP1, FSINCOS, FSIN, FCOS);

    private final NumberSource numbers;
    private final X87Cases any;

    TranscendentalCases(NumberSource numbers) {
        this.numbers = numbers;
        this.any = new X87Cases(numbers);
    }

    FpuCase next(Encoding encoding) {
        FpuCase made = any.next(encoding);
        int exponent = made.bytes.getShort(FpuCase.STACK + 8) & 0x7fff;
        int sign = made.bytes.getShort(FpuCase.STACK + 8) & 0x8000;
        boolean bounded = encoding.equals(F2XM1) || encoding.equals(FYL2XP1);
        // FYL2XP1 is defined up to 0.29.
        int bound = encoding.equals(F2XM1) ? 0x3fff : 0x3ffd;
        if (bounded && exponent >= bound && exponent != 0x7fff) {
            made.st(0, numbers.bits() | Long.MIN_VALUE, sign | bound - 1 - numbers.below(60));
        } else if (!bounded && numbers.oneIn(2) && exponent != 0x7fff) {
            made.st(0, numbers.bits() | Long.MIN_VALUE, sign | 0x3fff - 20 + numbers.below(30));
        }
        return made;
    }
}
