package org.jkprobes.machine.cpu.x86.fpu;

/** Random states of the x87. */
final class X87Cases {
    static final int MEMORY = 16;

    private final NumberSource numbers;

    X87Cases(NumberSource numbers) {
        this.numbers = numbers;
    }

    FpuCase next(Encoding encoding) {
        FpuCase made = new FpuCase(MEMORY);
        made.code(encoding.machineCode());
        made.bytes.putInt(FpuCase.MXCSR, 0x1f80);
        int control = 0x37f;
        if (numbers.oneIn(2)) {
            control = 0x7f | numbers.below(16) << 8;
            if (numbers.oneIn(2)) {
                control &= ~numbers.below(64);
            }
        }
        int flags = numbers.below(64) & (numbers.oneIn(40) ? 0x3f : control);
        int status =
                flags | numbers.below(2) << 6 | numbers.below(8) << 8 | numbers.below(8) << 11 | numbers.below(2) << 14;
        int top = status >> 11 & 7;
        int valid = switch (numbers.below(5)) {
            case 0 -> 0xff;
            case 1 -> numbers.below(256);
            default -> ~(1 << (top + 7 & 7));
        };
        made.x87(control, status, valid);
        int near = numbers.signExponent();
        for (int i = 0; i < 8; i++) {
            int signExponent = numbers.oneIn(4) ? near ^ numbers.below(2) << 15 : numbers.signExponent();
            made.st(i, numbers.significand(signExponent), signExponent);
        }
        if (numbers.oneIn(8)) {
            // The same number twice.
            made.bytes.put(FpuCase.STACK + 16, made.bytes, FpuCase.STACK, 10);
        }
        operand(made, encoding);
        made.bytes.putLong(FpuCase.RAX, numbers.bits());
        made.bytes.putLong(FpuCase.FLAGS, 0x202 | numbers.bits() & 0x8d5);
        return made;
    }

    private void operand(FpuCase made, Encoding encoding) {
        int escape = FpuCode.opcode(encoding.code());
        long low = numbers.bits();
        long high = numbers.bits();
        if (escape == 0 || escape == 1) {
            low = numbers.floatBits();
        } else if (escape == 4 || escape == 5) {
            low = numbers.doubleBits();
        } else if (escape == 3 && (encoding.code() & 0x38) == 0x28) {
            high = numbers.signExponent();
            low = numbers.significand((int) high);
        } else if (escape == 7 && (encoding.code() & 0x38) == 0x20) {
            low = 0;
            for (int digit = 0; digit < 16; digit++) {
                low = low << 4 | numbers.below(10);
            }
            high = (long) numbers.below(10) << 4 | numbers.below(10) | (long) numbers.below(2) << 15;
        }
        made.bytes.putLong(FpuCase.MEMORY, low);
        made.bytes.putLong(FpuCase.MEMORY + 8, high);
    }
}
