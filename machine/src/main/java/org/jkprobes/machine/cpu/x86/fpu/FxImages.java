package org.jkprobes.machine.cpu.x86.fpu;

/** 0F AE with a memory operand: FXSAVE, FXRSTOR, LDMXCSR, STMXCSR (Intel SDM volume 1, 10.5 and 11.6). */
final class FxImages {
    private static final int REGISTERS = 32;
    private static final int XMM = 160;
    private static final int SHORT = XMM + 8 * 16;
    private static final int LONG = XMM + 16 * 16;

    private final VectorOperands operands;
    private final X87 x87;
    private final ByteImage image = new ByteImage(512);

    FxImages(VectorOperands operands) {
        this.operands = operands;
        this.x87 = operands.x87;
    }

    int execute(int code, long address) {
        if (FpuCode.prefix(code) != 0) {
            return FpuOutcome.UNDEFINED;
        }
        int operation = FpuCode.reg(code) & 7;
        if ((code & FpuCode.MEMORY) == 0) {
            // LFENCE, MFENCE, SFENCE: accesses happen in order anyway.
            return operation >= 5 ? FpuOutcome.DONE : FpuOutcome.UNDEFINED;
        }
        return switch (operation) {
            case 0 -> save(code, address);
            case 1 -> restore(code, address);
            case 2 -> loadMxcsr(address);
            case 3 -> operands.store(address, 4, operands.state.mxcsr, 0);
            default -> FpuOutcome.UNDEFINED;
        };
    }

    private int loadMxcsr(long address) {
        if (!operands.memory.load(address, 4, operands.cell, 0)) {
            return FpuOutcome.MEMORY_FAULT;
        }
        int value = (int) operands.cell[0];
        if ((value & ~FpuState.MXCSR_MASK) != 0) {
            return FpuOutcome.PROTECTION;
        }
        operands.state.mxcsr = value;
        return FpuOutcome.DONE;
    }

    /** What follows the XMM registers is not written. */
    private int save(int code, long address) {
        if ((address & 15) != 0) {
            return FpuOutcome.PROTECTION;
        }
        int pointer = (code & FpuCode.WIDE) != 0 ? 8 : 4;
        image.put(0, 2, x87.control);
        image.put(2, 2, x87.status());
        image.put(4, 2, x87.valid);
        image.put(6, 2, x87.opcode);
        image.put(8, 8, 0);
        image.put(8, pointer, x87.instructionPointer);
        image.put(16, 8, 0);
        image.put(16, pointer, x87.dataPointer);
        image.put(24, 4, operands.state.mxcsr);
        image.put(28, 4, FpuState.MXCSR_MASK);
        for (int i = 0; i < 8; i++) {
            image.longs[REGISTERS / 8 + 2 * i] = x87.significand(i);
            image.longs[REGISTERS / 8 + 2 * i + 1] = x87.signExponent(i);
        }
        int size = (code & FpuCode.LONG_MODE) != 0 ? LONG : SHORT;
        for (int i = 0; i < (size - XMM) / 16; i++) {
            image.longs[XMM / 8 + 2 * i] = operands.low(i);
            image.longs[XMM / 8 + 2 * i + 1] = operands.high(i);
        }
        return operands.memory.store(address, size, image.longs, 0) ? FpuOutcome.DONE : FpuOutcome.MEMORY_FAULT;
    }

    private int restore(int code, long address) {
        if ((address & 15) != 0) {
            return FpuOutcome.PROTECTION;
        }
        if (!operands.memory.load(address, 512, image.longs, 0)) {
            return FpuOutcome.MEMORY_FAULT;
        }
        int mxcsr = (int) image.get(24, 4);
        if ((mxcsr & ~FpuState.MXCSR_MASK) != 0) {
            return FpuOutcome.PROTECTION;
        }
        int pointer = (code & FpuCode.WIDE) != 0 ? 8 : 4;
        x87.control((int) image.get(0, 2));
        x87.status((int) image.get(2, 2));
        x87.valid = (int) image.get(4, 1);
        x87.opcode = (int) image.get(6, 2) & 0x7ff;
        x87.instructionPointer = image.get(8, pointer);
        x87.dataPointer = image.get(16, pointer);
        operands.state.mxcsr = mxcsr;
        for (int i = 0; i < 8; i++) {
            x87.significands[x87.physical(i)] = image.longs[REGISTERS / 8 + 2 * i];
            x87.signExponents[x87.physical(i)] = (int) image.longs[REGISTERS / 8 + 2 * i + 1] & 0xffff;
        }
        int count = (code & FpuCode.LONG_MODE) != 0 ? 16 : 8;
        for (int i = 0; i < count; i++) {
            operands.xmm(i, image.longs[XMM / 8 + 2 * i], image.longs[XMM / 8 + 2 * i + 1]);
        }
        return FpuOutcome.DONE;
    }
}
