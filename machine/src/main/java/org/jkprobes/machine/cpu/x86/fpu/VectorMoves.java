package org.jkprobes.machine.cpu.x86.fpu;

/** Instructions that move and rearrange: MOV* of all kinds, SHUFPS, UNPCK*, PEXTRW, PINSRW, the mask moves. */
final class VectorMoves {
    private static final long LOW = 0xffff_ffffL;

    private final VectorOperands operands;
    private final X87 x87;

    VectorMoves(VectorOperands operands) {
        this.operands = operands;
        this.x87 = operands.x87;
    }

    int execute(int code, long address) {
        return switch (FpuCode.opcode(code)) {
            case 0x10 -> loadUnaligned(code, address);
            case 0x11 -> storeUnaligned(code, address);
            case 0x12, 0x13, 0x16, 0x17 -> halves(code, address);
            case 0x14, 0x15 -> unpack(code, address);
            case 0x28 -> loadAligned(code, address);
            case 0x29 -> storeAligned(code, address);
            case 0x2b, 0xe7 -> storeNonTemporal(code, address);
            case 0x50 -> signs(code);
            case 0x6e -> fromGeneral(code, address);
            case 0x7e -> FpuCode.prefix(code) == 2 ? loadLow(code, address) : toGeneral(code, address);
            case 0x6f -> load(code, address);
            case 0x7f -> store(code, address);
            case 0xc3 -> storeGeneral(code, address);
            case 0xc4 -> insertWord(code, address);
            case 0xc5 -> extractWord(code);
            case 0xc6 -> shuffle(code, address);
            case 0xd6 -> low(code, address);
            case 0xd7 -> byteSigns(code);
            default -> maskedStore(code, address);
        };
    }

    private static boolean isMemory(int code) {
        return (code & FpuCode.MEMORY) != 0;
    }

    /** MOVUPS, MOVUPD, MOVSS, MOVSD. */
    private int loadUnaligned(int code, long address) {
        int prefix = FpuCode.prefix(code);
        int outcome = operands.fetch(code, address, prefix < 2 ? 16 : prefix == 2 ? 4 : 8);
        if (outcome != FpuOutcome.DONE) {
            return outcome;
        }
        int register = FpuCode.reg(code);
        if (prefix < 2 || isMemory(code)) {
            operands.xmm(register, operands.low, operands.high);
        } else if (prefix == 2) {
            operands.lowest(register, operands.low);
        } else {
            operands.low(register, operands.low);
        }
        return FpuOutcome.DONE;
    }

    private int storeUnaligned(int code, long address) {
        int prefix = FpuCode.prefix(code);
        int from = FpuCode.reg(code);
        if (isMemory(code)) {
            return operands.store(
                    address, prefix < 2 ? 16 : prefix == 2 ? 4 : 8, operands.low(from), operands.high(from));
        }
        int to = FpuCode.rm(code);
        if (prefix < 2) {
            operands.xmm(to, operands.low(from), operands.high(from));
        } else if (prefix == 2) {
            operands.lowest(to, operands.low(from));
        } else {
            operands.low(to, operands.low(from));
        }
        return FpuOutcome.DONE;
    }

    /** MOVLPS, MOVHPS and their kin, MOVHLPS, MOVLHPS. */
    private int halves(int code, long address) {
        int prefix = FpuCode.prefix(code);
        boolean high = (FpuCode.opcode(code) & 4) != 0;
        boolean store = (FpuCode.opcode(code) & 1) != 0;
        int register = FpuCode.reg(code);
        if (prefix > 1 || (!isMemory(code) && (store || prefix != 0))) {
            return FpuOutcome.UNDEFINED;
        }
        if (store) {
            return operands.store(address, 8, high ? operands.high(register) : operands.low(register), 0);
        }
        int outcome = operands.fetch(code, address, 8);
        if (outcome != FpuOutcome.DONE) {
            return outcome;
        }
        if (high) {
            operands.high(register, operands.low);
        } else {
            operands.low(register, isMemory(code) ? operands.low : operands.high);
        }
        return FpuOutcome.DONE;
    }

    /** UNPCKLPS, UNPCKHPS, UNPCKLPD, UNPCKHPD. */
    private int unpack(int code, long address) {
        if (FpuCode.prefix(code) > 1) {
            return FpuOutcome.UNDEFINED;
        }
        int outcome = operands.fetchAligned(code, address);
        if (outcome != FpuOutcome.DONE) {
            return outcome;
        }
        int register = FpuCode.reg(code);
        boolean high = FpuCode.opcode(code) == 0x15;
        long a = high ? operands.high(register) : operands.low(register);
        long b = high ? operands.high : operands.low;
        if (FpuCode.prefix(code) == 1) {
            operands.xmm(register, a, b);
        } else {
            operands.xmm(register, PackedIntegers.interleaveLow(32, a, b), PackedIntegers.interleaveHigh(32, a, b));
        }
        return FpuOutcome.DONE;
    }

    private int loadAligned(int code, long address) {
        if (FpuCode.prefix(code) > 1) {
            return FpuOutcome.UNDEFINED;
        }
        int outcome = operands.fetchAligned(code, address);
        if (outcome == FpuOutcome.DONE) {
            operands.xmm(FpuCode.reg(code), operands.low, operands.high);
        }
        return outcome;
    }

    private int storeAligned(int code, long address) {
        int from = FpuCode.reg(code);
        if (FpuCode.prefix(code) > 1) {
            return FpuOutcome.UNDEFINED;
        }
        if (isMemory(code)) {
            return operands.storeAligned(address, from);
        }
        operands.xmm(FpuCode.rm(code), operands.low(from), operands.high(from));
        return FpuOutcome.DONE;
    }

    /** MOVNTPS, MOVNTPD, MOVNTDQ, MOVNTQ. */
    private int storeNonTemporal(int code, long address) {
        if (!isMemory(code) || FpuCode.prefix(code) > 1) {
            return FpuOutcome.UNDEFINED;
        }
        if (FpuCode.opcode(code) == 0xe7 && FpuCode.prefix(code) == 0) {
            return storeMmx(code, address);
        }
        return operands.storeAligned(address, FpuCode.reg(code));
    }

    private int storeMmx(int code, long address) {
        int outcome = operands.store(address, 8, x87.mmx(FpuCode.reg(code) & 7), 0);
        if (outcome == FpuOutcome.DONE) {
            x87.enterMmx();
        }
        return outcome;
    }

    /** MOVMSKPS, MOVMSKPD. */
    private int signs(int code) {
        if (isMemory(code) || FpuCode.prefix(code) > 1) {
            return FpuOutcome.UNDEFINED;
        }
        long low = operands.low(FpuCode.rm(code));
        long high = operands.high(FpuCode.rm(code));
        operands.slots[FpuCode.reg(code)] = FpuCode.prefix(code) == 1
                ? low >>> 63 | high >>> 63 << 1
                : low >>> 31 & 1 | low >>> 63 << 1 | (high >>> 31 & 1) << 2 | high >>> 63 << 3;
        return FpuOutcome.DONE;
    }

    /** MOVD and MOVQ from a general register or memory. */
    private int fromGeneral(int code, long address) {
        if (FpuCode.prefix(code) > 1) {
            return FpuOutcome.UNDEFINED;
        }
        boolean wide = (code & FpuCode.WIDE) != 0;
        long value = operands.slots[FpuCode.rm(code)];
        if (isMemory(code)) {
            int outcome = operands.fetch(code, address, wide ? 8 : 4);
            if (outcome != FpuOutcome.DONE) {
                return outcome;
            }
            value = operands.low;
        }
        if (!wide) {
            value &= LOW;
        }
        if (FpuCode.prefix(code) == 1) {
            operands.xmm(FpuCode.reg(code), value, 0);
        } else {
            operands.mmx(FpuCode.reg(code), value);
        }
        return FpuOutcome.DONE;
    }

    /** MOVD and MOVQ to a general register or memory. */
    private int toGeneral(int code, long address) {
        if (FpuCode.prefix(code) > 1) {
            return FpuOutcome.UNDEFINED;
        }
        boolean wide = (code & FpuCode.WIDE) != 0;
        boolean xmm = FpuCode.prefix(code) == 1;
        long value = xmm ? operands.low(FpuCode.reg(code)) : x87.mmx(FpuCode.reg(code) & 7);
        if (isMemory(code)) {
            int outcome = operands.store(address, wide ? 8 : 4, value, 0);
            if (outcome != FpuOutcome.DONE) {
                return outcome;
            }
        } else {
            operands.slots[FpuCode.rm(code)] = wide ? value : value & LOW;
        }
        if (!xmm) {
            x87.enterMmx();
        }
        return FpuOutcome.DONE;
    }

    /** MOVQ xmm, xmm/m64. */
    private int loadLow(int code, long address) {
        int outcome = operands.fetch(code, address, 8);
        if (outcome == FpuOutcome.DONE) {
            operands.xmm(FpuCode.reg(code), operands.low, 0);
        }
        return outcome;
    }

    /** MOVQ mm, MOVDQA, MOVDQU. */
    private int load(int code, long address) {
        int outcome = switch (FpuCode.prefix(code)) {
            case 0 -> operands.fetchMmx(code, address, 8);
            case 1 -> operands.fetchAligned(code, address);
            case 2 -> operands.fetch(code, address, 16);
            default -> FpuOutcome.UNDEFINED;
        };
        if (outcome != FpuOutcome.DONE) {
            return outcome;
        }
        if (FpuCode.prefix(code) == 0) {
            operands.mmx(FpuCode.reg(code), operands.low);
        } else {
            operands.xmm(FpuCode.reg(code), operands.low, operands.high);
        }
        return FpuOutcome.DONE;
    }

    private int store(int code, long address) {
        int prefix = FpuCode.prefix(code);
        int from = FpuCode.reg(code);
        if (prefix == 3) {
            return FpuOutcome.UNDEFINED;
        }
        if (isMemory(code)) {
            return switch (prefix) {
                case 0 -> storeMmx(code, address);
                case 1 -> operands.storeAligned(address, from);
                default -> operands.store(address, 16, operands.low(from), operands.high(from));
            };
        }
        if (prefix == 0) {
            operands.mmx(FpuCode.rm(code), x87.mmx(from & 7));
        } else {
            operands.xmm(FpuCode.rm(code), operands.low(from), operands.high(from));
        }
        return FpuOutcome.DONE;
    }

    /** MOVNTI. */
    private int storeGeneral(int code, long address) {
        if (!isMemory(code) || FpuCode.prefix(code) != 0) {
            return FpuOutcome.UNDEFINED;
        }
        return operands.store(address, (code & FpuCode.WIDE) != 0 ? 8 : 4, operands.slots[FpuCode.reg(code)], 0);
    }

    /** PINSRW. */
    private int insertWord(int code, long address) {
        if (FpuCode.prefix(code) > 1) {
            return FpuOutcome.UNDEFINED;
        }
        long word = operands.slots[FpuCode.rm(code)];
        if (isMemory(code)) {
            int outcome = operands.fetch(code, address, 2);
            if (outcome != FpuOutcome.DONE) {
                return outcome;
            }
            word = operands.low;
        }
        int register = FpuCode.reg(code);
        int shift = 16 * (FpuCode.immediate(code) & 3);
        long mask = 0xffffL << shift;
        long placed = (word & 0xffff) << shift;
        if (FpuCode.prefix(code) == 0) {
            operands.mmx(register, x87.mmx(register & 7) & ~mask | placed);
        } else if ((FpuCode.immediate(code) & 4) == 0) {
            operands.low(register, operands.low(register) & ~mask | placed);
        } else {
            operands.high(register, operands.high(register) & ~mask | placed);
        }
        return FpuOutcome.DONE;
    }

    /** PEXTRW. */
    private int extractWord(int code) {
        if (isMemory(code) || FpuCode.prefix(code) > 1) {
            return FpuOutcome.UNDEFINED;
        }
        int number = FpuCode.immediate(code);
        long from;
        if (FpuCode.prefix(code) == 0) {
            from = x87.mmx(FpuCode.rm(code) & 7);
            x87.enterMmx();
        } else {
            from = (number & 4) == 0 ? operands.low(FpuCode.rm(code)) : operands.high(FpuCode.rm(code));
        }
        operands.slots[FpuCode.reg(code)] = from >>> 16 * (number & 3) & 0xffff;
        return FpuOutcome.DONE;
    }

    /** SHUFPS, SHUFPD. */
    private int shuffle(int code, long address) {
        if (FpuCode.prefix(code) > 1) {
            return FpuOutcome.UNDEFINED;
        }
        int outcome = operands.fetchAligned(code, address);
        if (outcome != FpuOutcome.DONE) {
            return outcome;
        }
        int register = FpuCode.reg(code);
        int order = FpuCode.immediate(code);
        long aLow = operands.low(register);
        long aHigh = operands.high(register);
        if (FpuCode.prefix(code) == 1) {
            operands.xmm(register, (order & 1) == 0 ? aLow : aHigh, (order & 2) == 0 ? operands.low : operands.high);
        } else {
            operands.xmm(
                    register,
                    IntegerInstructions.doublewords(aLow, aHigh, order),
                    IntegerInstructions.doublewords(operands.low, operands.high, order >> 4));
        }
        return FpuOutcome.DONE;
    }

    /** MOVQ xmm/m64, xmm; MOVQ2DQ; MOVDQ2Q. */
    private int low(int code, long address) {
        int from = FpuCode.reg(code);
        switch (FpuCode.prefix(code)) {
            case 1 -> {
                if (isMemory(code)) {
                    return operands.store(address, 8, operands.low(from), 0);
                }
                operands.xmm(FpuCode.rm(code), operands.low(from), 0);
            }
            case 2 -> {
                if (isMemory(code)) {
                    return FpuOutcome.UNDEFINED;
                }
                operands.xmm(FpuCode.reg(code), x87.mmx(FpuCode.rm(code) & 7), 0);
                x87.enterMmx();
            }
            case 3 -> {
                if (isMemory(code)) {
                    return FpuOutcome.UNDEFINED;
                }
                operands.mmx(FpuCode.reg(code), operands.low(FpuCode.rm(code)));
            }
            default -> {
                return FpuOutcome.UNDEFINED;
            }
        }
        return FpuOutcome.DONE;
    }

    /** PMOVMSKB. */
    private int byteSigns(int code) {
        if (isMemory(code) || FpuCode.prefix(code) > 1) {
            return FpuOutcome.UNDEFINED;
        }
        int rm = FpuCode.rm(code);
        long signs;
        if (FpuCode.prefix(code) == 0) {
            signs = PackedIntegers.signs(x87.mmx(rm & 7));
            x87.enterMmx();
        } else {
            signs = PackedIntegers.signs(operands.low(rm)) | PackedIntegers.signs(operands.high(rm)) << 8;
        }
        operands.slots[FpuCode.reg(code)] = signs;
        return FpuOutcome.DONE;
    }

    /** MASKMOVQ, MASKMOVDQU: bytes whose mask has its high bit set, to the address in rDI. */
    private int maskedStore(int code, long address) {
        if (isMemory(code) || FpuCode.prefix(code) > 1) {
            return FpuOutcome.UNDEFINED;
        }
        int from = FpuCode.reg(code);
        int by = FpuCode.rm(code);
        boolean mmx = FpuCode.prefix(code) == 0;
        int mask = mmx
                ? PackedIntegers.signs(x87.mmx(by & 7))
                : PackedIntegers.signs(operands.low(by)) | PackedIntegers.signs(operands.high(by)) << 8;
        for (int i = 0; i < 16; i++) {
            if ((mask >> i & 1) != 0 && !operands.memory.probeStore(address + i, 1)) {
                return FpuOutcome.MEMORY_FAULT;
            }
        }
        for (int i = 0; i < 16; i++) {
            if ((mask >> i & 1) != 0) {
                long half = mmx ? x87.mmx(from & 7) : i < 8 ? operands.low(from) : operands.high(from);
                int outcome = operands.store(address + i, 1, half >>> 8 * (i & 7) & 0xff, 0);
                if (outcome != FpuOutcome.DONE) {
                    return outcome;
                }
            }
        }
        if (mmx) {
            x87.enterMmx();
        }
        return FpuOutcome.DONE;
    }
}
