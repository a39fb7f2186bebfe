package org.jkprobes.machine.cpu.x86.fpu;

/** SSE3 beside FISTTP: 0F 12, 16, 7C, 7D, D0 and F0 with the prefixes that SSE2 leaves free. (SDM vol. 2.) */
final class SseThree {
    private static final long LOW = 0xffff_ffffL;
    private static final int DUPLICATE = 0x12;
    private static final int DUPLICATE_HIGH = 0x16;
    private static final int ADD_HORIZONTALLY = 0x7c;
    private static final int SUBTRACT_HORIZONTALLY = 0x7d;
    private static final int ALTERNATE = 0xd0;
    private static final int LOAD = 0xf0;

    private final VectorOperands operands;
    private final SseFloat unit;

    SseThree(VectorOperands operands, SseFloat unit) {
        this.operands = operands;
        this.unit = unit;
    }

    /** Whether an opcode with its prefix is one of these. */
    static boolean has(int opcode, int prefix) {
        return switch (opcode) {
            case DUPLICATE -> prefix >= 2;
            case DUPLICATE_HIGH -> prefix == 2;
            case ADD_HORIZONTALLY, SUBTRACT_HORIZONTALLY, ALTERNATE -> (prefix & 1) != 0;
            case LOAD -> prefix == 3;
            default -> false;
        };
    }

    int execute(int code, long address) {
        int opcode = FpuCode.opcode(code);
        int register = FpuCode.reg(code);
        boolean doubles = opcode == DUPLICATE && FpuCode.prefix(code) == 3;
        if (opcode == LOAD && !FpuCode.hasMemory(code)) {
            return FpuOutcome.UNDEFINED;
        }
        int outcome = doubles
                ? operands.fetch(code, address, 8)
                : opcode == LOAD ? operands.fetch(code, address, 16) : operands.fetchAligned(code, address);
        if (outcome != FpuOutcome.DONE) {
            return outcome;
        }
        long low = operands.low;
        long high = operands.high;
        switch (opcode) {
            case LOAD -> operands.xmm(register, low, high);
            case DUPLICATE -> operands.xmm(register, doubles ? low : even(low), doubles ? low : even(high));
            case DUPLICATE_HIGH -> operands.xmm(register, odd(low), odd(high));
            default -> {
                return arithmetic(code, opcode, operands.low(register), operands.high(register), low, high);
            }
        }
        return FpuOutcome.DONE;
    }

    private static long even(long pair) {
        return pair & LOW | pair << 32;
    }

    private static long odd(long pair) {
        return pair & ~LOW | pair >>> 32;
    }

    private int arithmetic(int code, int opcode, long aLow, long aHigh, long bLow, long bHigh) {
        boolean doubles = FpuCode.prefix(code) == 1;
        unit.begin(operands.state.mxcsr);
        long low;
        long high;
        if (opcode == ALTERNATE) {
            low = doubles ? operate(FloatFormat.DOUBLE, SseFloat.SUBTRACT, aLow, bLow) : alternate(aLow, bLow);
            high = doubles ? operate(FloatFormat.DOUBLE, SseFloat.ADD, aHigh, bHigh) : alternate(aHigh, bHigh);
        } else {
            int operation = opcode == ADD_HORIZONTALLY ? SseFloat.ADD : SseFloat.SUBTRACT;
            low = doubles
                    ? operate(FloatFormat.DOUBLE, operation, aLow, aHigh)
                    : horizontal(operation, aLow) | horizontal(operation, aHigh) << 32;
            high = doubles
                    ? operate(FloatFormat.DOUBLE, operation, bLow, bHigh)
                    : horizontal(operation, bLow) | horizontal(operation, bHigh) << 32;
        }
        if (!operands.accept(unit)) {
            return FpuOutcome.SIMD_ERROR;
        }
        operands.xmm(FpuCode.reg(code), low, high);
        return FpuOutcome.DONE;
    }

    private long operate(FloatFormat format, int operation, long a, long b) {
        return unit.operate(operation, format, a, b);
    }

    private long horizontal(int operation, long pair) {
        return operate(FloatFormat.FLOAT, operation, pair & LOW, pair >>> 32);
    }

    private long alternate(long a, long b) {
        return operate(FloatFormat.FLOAT, SseFloat.SUBTRACT, a & LOW, b & LOW)
                | operate(FloatFormat.FLOAT, SseFloat.ADD, a >>> 32, b >>> 32) << 32;
    }
}
