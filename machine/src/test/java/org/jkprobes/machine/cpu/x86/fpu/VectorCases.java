package org.jkprobes.machine.cpu.x86.fpu;

/** Random states for MMX and SSE instructions. */
final class VectorCases {
    static final int MEMORY = 16;

    private final NumberSource numbers;

    VectorCases(NumberSource numbers) {
        this.numbers = numbers;
    }

    FpuCase next(Encoding encoding) {
        FpuCase made = new FpuCase(MEMORY);
        made.code(encoding.machineCode());
        int mxcsr = 0x1f80 | numbers.below(64);
        if (numbers.oneIn(2)) {
            mxcsr = mxcsr & ~0x6000 | numbers.below(4) << 13;
            if (numbers.oneIn(3)) {
                mxcsr |= numbers.below(2) << 6 | numbers.below(2) << 15;
            }
            if (numbers.oneIn(2)) {
                mxcsr &= ~(numbers.below(64) << 7);
            }
        }
        made.bytes.putInt(FpuCase.MXCSR, mxcsr);
        int flags = numbers.below(64);
        made.x87(
                numbers.oneIn(30) ? 0x340 : 0x37f,
                flags | numbers.below(8) << 8 | numbers.below(8) << 11 | numbers.below(2) << 14,
                numbers.below(256));
        for (int i = 0; i < 8; i++) {
            made.st(i, half(numbers.below(3)), numbers.signExponent());
        }
        int kind = numbers.below(3);
        for (int i = 0; i < 4; i++) {
            made.xmm(i, half(kind), half(kind));
        }
        if (numbers.oneIn(10)) {
            made.bytes.put(FpuCase.XMM + 16, made.bytes, FpuCase.XMM + 32, 16);
        }
        if (numbers.oneIn(4)) {
            // A count to shift by.
            made.xmm(2, numbers.below(70), half(0));
            made.st(2, numbers.below(70), 0);
        }
        made.bytes.putLong(FpuCase.MEMORY, half(kind));
        made.bytes.putLong(FpuCase.MEMORY + 8, half(kind));
        if (encoding.bytes().equals("0fae17")) {
            made.bytes.putInt(FpuCase.MEMORY, numbers.below(numbers.oneIn(8) ? 0x20000 : 0x10000));
        }
        made.bytes.putLong(FpuCase.RAX, numbers.bits());
        made.bytes.putLong(FpuCase.RCX, numbers.bits());
        made.bytes.putLong(FpuCase.RDX, numbers.bits());
        made.bytes.putLong(FpuCase.FLAGS, 0x202 | numbers.bits() & 0x8d5);
        return made;
    }

    private long half(int kind) {
        return switch (kind) {
            case 0 -> numbers.bits();
            case 1 -> numbers.doubleBits();
            default -> (long) numbers.floatBits() << 32 | numbers.floatBits() & 0xffff_ffffL;
        };
    }
}
