package org.jkprobes.machine.cpu.x86.fpu;

/** The packed integer instructions of MMX and SSE2, on MMX registers without a prefix, on XMM registers with 66. */
final class IntegerInstructions {
    private final VectorOperands operands;
    private final X87 x87;

    IntegerInstructions(VectorOperands operands) {
        this.operands = operands;
        this.x87 = operands.x87;
    }

    int execute(int code, long address) {
        int opcode = FpuCode.opcode(code);
        if (opcode >= 0x71 && opcode <= 0x73) {
            return shiftImmediate(code);
        }
        return switch (FpuCode.prefix(code)) {
            case 0 -> mmx(opcode, code, address);
            case 1 -> xmm(opcode, code, address);
            default -> opcode == 0x70 ? shuffle(code, address) : FpuOutcome.UNDEFINED;
        };
    }

    private int mmx(int opcode, int code, long address) {
        boolean half = opcode >= 0x60 && opcode <= 0x62;
        int outcome = operands.fetchMmx(code, address, half ? 4 : 8);
        if (outcome != FpuOutcome.DONE) {
            return outcome;
        }
        int register = FpuCode.reg(code) & 7;
        long a = x87.mmx(register);
        long b = operands.low;
        long result;
        if (PackedIntegers.knows(opcode)) {
            result = PackedIntegers.apply(opcode, a, b);
        } else {
            switch (opcode) {
                case 0x60, 0x61, 0x62 -> result = PackedIntegers.interleaveLow(8 << (opcode - 0x60), a, b);
                case 0x68, 0x69, 0x6a -> result = PackedIntegers.interleaveHigh(8 << (opcode - 0x68), a, b);
                case 0x63, 0x67, 0x6b -> result = PackedIntegers.pack(opcode, a) | PackedIntegers.pack(opcode, b) << 32;
                case 0x70 -> result = PackedIntegers.shuffleWords(b, FpuCode.immediate(code));
                case 0xd1, 0xd2, 0xd3, 0xe1, 0xe2, 0xf1, 0xf2, 0xf3 -> result = shift(opcode, a, b);
                default -> {
                    return FpuOutcome.UNDEFINED;
                }
            }
        }
        operands.mmx(register, result);
        return FpuOutcome.DONE;
    }

    private int xmm(int opcode, int code, long address) {
        int outcome = operands.fetchAligned(code, address);
        if (outcome != FpuOutcome.DONE) {
            return outcome;
        }
        int register = FpuCode.reg(code);
        long aLow = operands.low(register);
        long aHigh = operands.high(register);
        long bLow = operands.low;
        long bHigh = operands.high;
        if (PackedIntegers.knows(opcode)) {
            operands.xmm(
                    register, PackedIntegers.apply(opcode, aLow, bLow), PackedIntegers.apply(opcode, aHigh, bHigh));
            return FpuOutcome.DONE;
        }
        switch (opcode) {
            case 0x60, 0x61, 0x62 -> {
                int bits = 8 << (opcode - 0x60);
                operands.xmm(
                        register,
                        PackedIntegers.interleaveLow(bits, aLow, bLow),
                        PackedIntegers.interleaveHigh(bits, aLow, bLow));
            }
            case 0x68, 0x69, 0x6a -> {
                int bits = 8 << (opcode - 0x68);
                operands.xmm(
                        register,
                        PackedIntegers.interleaveLow(bits, aHigh, bHigh),
                        PackedIntegers.interleaveHigh(bits, aHigh, bHigh));
            }
            case 0x63, 0x67, 0x6b ->
                operands.xmm(
                        register,
                        PackedIntegers.pack(opcode, aLow) | PackedIntegers.pack(opcode, aHigh) << 32,
                        PackedIntegers.pack(opcode, bLow) | PackedIntegers.pack(opcode, bHigh) << 32);
            case 0x6c -> operands.xmm(register, aLow, bLow);
            case 0x6d -> operands.xmm(register, aHigh, bHigh);
            case 0x70 -> {
                int order = FpuCode.immediate(code);
                operands.xmm(register, doublewords(bLow, bHigh, order), doublewords(bLow, bHigh, order >> 4));
            }
            case 0xd1, 0xd2, 0xd3, 0xe1, 0xe2, 0xf1, 0xf2, 0xf3 ->
                operands.xmm(register, shift(opcode, aLow, bLow), shift(opcode, aHigh, bLow));
            default -> {
                return FpuOutcome.UNDEFINED;
            }
        }
        return FpuOutcome.DONE;
    }

    /** Two of the four doublewords, chosen by two bits each. */
    static long doublewords(long low, long high, int order) {
        return doubleword(low, high, order) | doubleword(low, high, order >> 2) << 32;
    }

    private static long doubleword(long low, long high, int number) {
        return ((number & 2) == 0 ? low : high) >>> 32 * (number & 1) & 0xffff_ffffL;
    }

    /** PSHUFHW and PSHUFLW. */
    private int shuffle(int code, long address) {
        int outcome = operands.fetchAligned(code, address);
        if (outcome != FpuOutcome.DONE) {
            return outcome;
        }
        int order = FpuCode.immediate(code);
        if (FpuCode.prefix(code) == 2) {
            operands.xmm(FpuCode.reg(code), operands.low, PackedIntegers.shuffleWords(operands.high, order));
        } else {
            operands.xmm(FpuCode.reg(code), PackedIntegers.shuffleWords(operands.low, order), operands.high);
        }
        return FpuOutcome.DONE;
    }

    /** By the opcodes of the forms with a count in a register; their low nibble is the lane's width, 1 to 3. */
    private static long shift(int opcode, long a, long count) {
        PackedIntegers.Shift kind = opcode < 0xe0
                ? PackedIntegers.Shift.RIGHT
                : opcode < 0xf0 ? PackedIntegers.Shift.ARITHMETIC : PackedIntegers.Shift.LEFT;
        return PackedIntegers.shift(kind, 8 << (opcode & 3), a, count);
    }

    /** Whether the shift that ModRM.reg chooses exists. */
    static boolean isShiftImmediate(int code) {
        int operation = FpuCode.reg(code) & 7;
        boolean quadword = FpuCode.opcode(code) == 0x73;
        return FpuCode.prefix(code) < 2
                && (code & FpuCode.MEMORY) == 0
                && switch (operation) {
                    case 2, 6 -> true;
                    case 4 -> !quadword;
                    case 3, 7 -> quadword && FpuCode.prefix(code) == 1;
                    default -> false;
                };
    }

    /** 0F 71 to 73, where ModRM.reg chooses the shift and ModRM.rm is the register. */
    private int shiftImmediate(int code) {
        if (!isShiftImmediate(code)) {
            return FpuOutcome.UNDEFINED;
        }
        int operation = FpuCode.reg(code) & 7;
        int width = FpuCode.opcode(code) & 3;
        int count = FpuCode.immediate(code);
        boolean xmm = FpuCode.prefix(code) == 1;
        int register = FpuCode.rm(code);
        if ((operation & 1) != 0) {
            shiftBytes(register, operation == 7, count);
            return FpuOutcome.DONE;
        }
        int opcode = (operation == 2 ? 0xd0 : operation == 4 ? 0xe0 : 0xf0) | width;
        if (xmm) {
            operands.xmm(
                    register,
                    shift(opcode, operands.low(register), count),
                    shift(opcode, operands.high(register), count));
        } else {
            operands.mmx(register, shift(opcode, x87.mmx(register & 7), count));
        }
        return FpuOutcome.DONE;
    }

    /** PSLLDQ and PSRLDQ. */
    private void shiftBytes(int register, boolean left, int count) {
        long low = operands.low(register);
        long high = operands.high(register);
        if (count > 15) {
            operands.xmm(register, 0, 0);
        } else if (count >= 8) {
            int bits = 8 * (count - 8);
            operands.xmm(register, left ? 0 : high >>> bits, left ? low << bits : 0);
        } else if (count > 0) {
            int bits = 8 * count;
            operands.xmm(
                    register,
                    left ? low << bits : low >>> bits | high << (64 - bits),
                    left ? high << bits | low >>> (64 - bits) : high >>> bits);
        }
    }
}
