package org.jkprobes.machine.cpu.x86.fpu;

/** Opcodes 0F 2A, 2C, 2D, 5A, 5B and E6: conversions between integers, floats and doubles. */
final class SseConversions {
    private static final long LOW = 0xffff_ffffL;

    private final VectorOperands operands;
    private final SseFloat unit;

    SseConversions(VectorOperands operands, SseFloat unit) {
        this.operands = operands;
        this.unit = unit;
    }

    int execute(int code, long address) {
        unit.begin(operands.state.mxcsr);
        return switch (FpuCode.opcode(code)) {
            case 0x2a -> FpuCode.prefix(code) < 2 ? fromMmx(code, address) : fromGeneral(code, address);
            case 0x2c, 0x2d -> FpuCode.prefix(code) < 2 ? toMmx(code, address) : toGeneral(code, address);
            case 0x5a -> betweenFormats(code, address);
            case 0x5b -> floatsAndIntegers(code, address);
            default -> doublesAndIntegers(code, address);
        };
    }

    /** CVTSI2SS, CVTSI2SD. */
    private int fromGeneral(int code, long address) {
        boolean wide = (code & FpuCode.WIDE) != 0;
        long value;
        if ((code & FpuCode.MEMORY) != 0) {
            int outcome = operands.fetch(code, address, wide ? 8 : 4);
            if (outcome != FpuOutcome.DONE) {
                return outcome;
            }
            value = operands.low;
        } else {
            value = operands.slots[FpuCode.rm(code)];
        }
        boolean single = FpuCode.prefix(code) == 2;
        long result = unit.fromInteger(single ? FloatFormat.FLOAT : FloatFormat.DOUBLE, wide ? value : (int) value);
        if (!operands.accept(unit)) {
            return FpuOutcome.SIMD_ERROR;
        }
        if (single) {
            operands.lowest(FpuCode.reg(code), result);
        } else {
            operands.low(FpuCode.reg(code), result);
        }
        return FpuOutcome.DONE;
    }

    /** CVTSS2SI, CVTSD2SI and those that cut. */
    private int toGeneral(int code, long address) {
        boolean single = FpuCode.prefix(code) == 2;
        int outcome = operands.fetch(code, address, single ? 4 : 8);
        if (outcome != FpuOutcome.DONE) {
            return outcome;
        }
        long result = unit.toInteger(
                single ? FloatFormat.FLOAT : FloatFormat.DOUBLE,
                single ? operands.low & LOW : operands.low,
                (code & FpuCode.WIDE) != 0 ? 64 : 32,
                FpuCode.opcode(code) == 0x2c);
        if (!operands.accept(unit)) {
            return FpuOutcome.SIMD_ERROR;
        }
        operands.slots[FpuCode.reg(code)] = result;
        return FpuOutcome.DONE;
    }

    /** CVTPI2PS, CVTPI2PD. */
    private int fromMmx(int code, long address) {
        boolean single = FpuCode.prefix(code) == 0;
        int outcome = operands.fetchMmx(code, address, 8);
        if (outcome != FpuOutcome.DONE) {
            return outcome;
        }
        FloatFormat to = single ? FloatFormat.FLOAT : FloatFormat.DOUBLE;
        long first = unit.fromInteger(to, operands.low << 32 >> 32);
        long second = unit.fromInteger(to, operands.low >> 32);
        if ((code & FpuCode.MEMORY) == 0) {
            operands.x87.enterMmx();
        }
        if (!operands.accept(unit)) {
            return FpuOutcome.SIMD_ERROR;
        }
        if (single) {
            operands.low(FpuCode.reg(code), first | second << 32);
        } else {
            operands.xmm(FpuCode.reg(code), first, second);
        }
        return FpuOutcome.DONE;
    }

    /** CVTPS2PI, CVTPD2PI and those that cut. */
    private int toMmx(int code, long address) {
        boolean single = FpuCode.prefix(code) == 0;
        int outcome = single ? operands.fetch(code, address, 8) : operands.fetchAligned(code, address);
        if (outcome != FpuOutcome.DONE) {
            return outcome;
        }
        boolean cut = FpuCode.opcode(code) == 0x2c;
        long result = single ? integers(operands.low, cut) : integers(operands.low, operands.high, cut);
        operands.x87.enterMmx();
        if (!operands.accept(unit)) {
            return FpuOutcome.SIMD_ERROR;
        }
        operands.mmx(FpuCode.reg(code), result);
        return FpuOutcome.DONE;
    }

    /** Two floats as integers. */
    private long integers(long floats, boolean cut) {
        return unit.toInteger(FloatFormat.FLOAT, floats & LOW, 32, cut)
                | unit.toInteger(FloatFormat.FLOAT, floats >>> 32, 32, cut) << 32;
    }

    /** Two doubles as integers. */
    private long integers(long first, long second, boolean cut) {
        return unit.toInteger(FloatFormat.DOUBLE, first, 32, cut)
                | unit.toInteger(FloatFormat.DOUBLE, second, 32, cut) << 32;
    }

    /** CVTPS2PD, CVTPD2PS, CVTSS2SD, CVTSD2SS. */
    private int betweenFormats(int code, long address) {
        int prefix = FpuCode.prefix(code);
        int outcome =
                prefix == 1 ? operands.fetchAligned(code, address) : operands.fetch(code, address, prefix == 2 ? 4 : 8);
        if (outcome != FpuOutcome.DONE) {
            return outcome;
        }
        int register = FpuCode.reg(code);
        long low = operands.low;
        long high = operands.high(register);
        switch (prefix) {
            case 0 -> {
                high = unit.convert(FloatFormat.FLOAT, FloatFormat.DOUBLE, low >>> 32);
                low = unit.convert(FloatFormat.FLOAT, FloatFormat.DOUBLE, low & LOW);
            }
            case 1 -> {
                low = unit.convert(FloatFormat.DOUBLE, FloatFormat.FLOAT, low)
                        | unit.convert(FloatFormat.DOUBLE, FloatFormat.FLOAT, operands.high) << 32;
                high = 0;
            }
            case 2 -> low = unit.convert(FloatFormat.FLOAT, FloatFormat.DOUBLE, low & LOW);
            default -> low = operands.low(register) & ~LOW | unit.convert(FloatFormat.DOUBLE, FloatFormat.FLOAT, low);
        }
        return finish(register, low, high);
    }

    /** CVTDQ2PS, CVTPS2DQ, CVTTPS2DQ. */
    private int floatsAndIntegers(int code, long address) {
        int prefix = FpuCode.prefix(code);
        if (prefix == 3) {
            return FpuOutcome.UNDEFINED;
        }
        int outcome = operands.fetchAligned(code, address);
        if (outcome != FpuOutcome.DONE) {
            return outcome;
        }
        boolean cut = prefix == 2;
        long low = prefix == 0 ? floats(operands.low) : integers(operands.low, cut);
        long high = prefix == 0 ? floats(operands.high) : integers(operands.high, cut);
        return finish(FpuCode.reg(code), low, high);
    }

    private long floats(long integers) {
        return unit.fromInteger(FloatFormat.FLOAT, integers << 32 >> 32)
                | unit.fromInteger(FloatFormat.FLOAT, integers >> 32) << 32;
    }

    /** CVTDQ2PD, CVTPD2DQ, CVTTPD2DQ. */
    private int doublesAndIntegers(int code, long address) {
        int prefix = FpuCode.prefix(code);
        if (prefix == 0) {
            return FpuOutcome.UNDEFINED;
        }
        int outcome = prefix == 2 ? operands.fetch(code, address, 8) : operands.fetchAligned(code, address);
        if (outcome != FpuOutcome.DONE) {
            return outcome;
        }
        if (prefix == 2) {
            return finish(
                    FpuCode.reg(code),
                    unit.fromInteger(FloatFormat.DOUBLE, operands.low << 32 >> 32),
                    unit.fromInteger(FloatFormat.DOUBLE, operands.low >> 32));
        }
        return finish(FpuCode.reg(code), integers(operands.low, operands.high, prefix == 1), 0);
    }

    private int finish(int register, long low, long high) {
        if (!operands.accept(unit)) {
            return FpuOutcome.SIMD_ERROR;
        }
        operands.xmm(register, low, high);
        return FpuOutcome.DONE;
    }
}
