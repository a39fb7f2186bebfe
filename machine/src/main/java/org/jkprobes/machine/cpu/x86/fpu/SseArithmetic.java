package org.jkprobes.machine.cpu.x86.fpu;

/** Opcodes 0F 51–53, 58, 59, 5C–5F, C2, 2E and 2F: arithmetic and comparison in the four forms PS, PD, SS, SD. */
final class SseArithmetic {
    private final VectorOperands operands;
    private final SseFloat unit;

    SseArithmetic(VectorOperands operands, SseFloat unit) {
        this.operands = operands;
        this.unit = unit;
    }

    int execute(int code, long address) {
        int prefix = FpuCode.prefix(code);
        int outcome =
                prefix < 2 ? operands.fetchAligned(code, address) : operands.fetch(code, address, prefix == 2 ? 4 : 8);
        if (outcome != FpuOutcome.DONE) {
            return outcome;
        }
        int register = FpuCode.reg(code);
        long aLow = operands.low(register);
        long aHigh = operands.high(register);
        long low;
        long high = aHigh;
        unit.begin(operands.state.mxcsr);
        switch (prefix) {
            case 0 -> {
                low = floats(code, aLow, operands.low);
                high = floats(code, aHigh, operands.high);
            }
            case 1 -> {
                low = lane(code, FloatFormat.DOUBLE, aLow, operands.low);
                high = lane(code, FloatFormat.DOUBLE, aHigh, operands.high);
            }
            case 2 ->
                low = aLow & ~0xffff_ffffL
                        | lane(code, FloatFormat.FLOAT, aLow & 0xffff_ffffL, operands.low & 0xffff_ffffL);
            default -> low = lane(code, FloatFormat.DOUBLE, aLow, operands.low);
        }
        if (!operands.accept(unit)) {
            return FpuOutcome.SIMD_ERROR;
        }
        operands.xmm(register, low, high);
        return FpuOutcome.DONE;
    }

    private long floats(int code, long a, long b) {
        return lane(code, FloatFormat.FLOAT, a & 0xffff_ffffL, b & 0xffff_ffffL)
                | lane(code, FloatFormat.FLOAT, a >>> 32, b >>> 32) << 32;
    }

    private long lane(int code, FloatFormat format, long a, long b) {
        return switch (FpuCode.opcode(code)) {
            case 0x51 -> unit.squareRoot(format, b);
            case 0x52 -> SseEstimates.reciprocalRoot((int) b) & 0xffff_ffffL;
            case 0x53 -> SseEstimates.reciprocal((int) b) & 0xffff_ffffL;
            case 0x58 -> unit.operate(SseFloat.ADD, format, a, b);
            case 0x59 -> unit.operate(SseFloat.MULTIPLY, format, a, b);
            case 0x5c -> unit.operate(SseFloat.SUBTRACT, format, a, b);
            case 0x5d -> unit.extreme(format, false, a, b);
            case 0x5e -> unit.operate(SseFloat.DIVIDE, format, a, b);
            case 0x5f -> unit.extreme(format, true, a, b);
            default ->
                unit.compare(format, FpuCode.immediate(code) & 7, a, b)
                        ? format == FloatFormat.FLOAT ? 0xffff_ffffL : -1L
                        : 0;
        };
    }

    /** UCOMISS, UCOMISD, COMISS, COMISD. */
    int compareToFlags(int code, long address, X87Unit flags) {
        boolean wide = FpuCode.prefix(code) == 1;
        int outcome = operands.fetch(code, address, wide ? 8 : 4);
        if (outcome != FpuOutcome.DONE) {
            return outcome;
        }
        unit.begin(operands.state.mxcsr);
        long mask = wide ? -1L : 0xffff_ffffL;
        int order = unit.order(
                wide ? FloatFormat.DOUBLE : FloatFormat.FLOAT,
                operands.low(FpuCode.reg(code)) & mask,
                operands.low & mask,
                FpuCode.opcode(code) == 0x2e);
        if (!operands.accept(unit)) {
            return FpuOutcome.SIMD_ERROR;
        }
        flags.flags(order);
        return FpuOutcome.DONE;
    }
}
