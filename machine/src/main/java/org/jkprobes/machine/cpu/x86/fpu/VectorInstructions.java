package org.jkprobes.machine.cpu.x86.fpu;

/** MMX, SSE, SSE2 and SSE3: which part of this package executes an opcode of the 0F map. */
final class VectorInstructions {
    private static final byte NONE = 0;
    private static final byte MOVE = 1;
    private static final byte ARITHMETIC = 2;
    private static final byte CONVERSION = 3;
    private static final byte COMPARE = 4;
    private static final byte INTEGER = 5;
    private static final byte LOGIC = 6;
    private static final byte EMMS = 7;
    private static final byte IMAGE = 8;
    /** With other prefixes than those of SSE3, nothing. */
    private static final byte SSE3 = 9;

    private static final byte[] PARTS = parts();

    private final VectorOperands operands;
    private final VectorMoves moves;
    private final SseArithmetic arithmetic;
    private final SseConversions conversions;
    private final IntegerInstructions integers;
    private final FxImages images;
    private final SseThree three;
    private final X87Unit unit;

    VectorInstructions(FpuState state, FpuMemory memory, long[] slots, int xmmBase) {
        operands = new VectorOperands(state, memory, slots, xmmBase);
        SseFloat floats = new SseFloat();
        moves = new VectorMoves(operands);
        arithmetic = new SseArithmetic(operands, floats);
        conversions = new SseConversions(operands, floats);
        integers = new IntegerInstructions(operands);
        images = new FxImages(operands);
        three = new SseThree(operands, floats);
        unit = new X87Unit(state);
    }

    private static byte[] parts() {
        byte[] parts = new byte[256];
        for (int opcode = 0x60; opcode < 0x100; opcode++) {
            parts[opcode] = opcode < 0x77 || opcode > 0xd0 ? INTEGER : NONE;
        }
        mark(parts, NONE, 0xf0, 0xff);
        mark(parts, MOVE, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x28, 0x29, 0x2b, 0x50);
        mark(parts, MOVE, 0x6e, 0x6f, 0x7e, 0x7f, 0xc3, 0xc4, 0xc5, 0xc6, 0xd6, 0xd7, 0xe7, 0xf7);
        mark(parts, ARITHMETIC, 0x51, 0x52, 0x53, 0x58, 0x59, 0x5c, 0x5d, 0x5e, 0x5f, 0xc2);
        mark(parts, CONVERSION, 0x2a, 0x2c, 0x2d, 0x5a, 0x5b, 0xe6);
        mark(parts, COMPARE, 0x2e, 0x2f);
        mark(parts, LOGIC, 0x54, 0x55, 0x56, 0x57);
        mark(parts, EMMS, 0x77);
        mark(parts, IMAGE, 0xae);
        mark(parts, SSE3, 0x7c, 0x7d, 0xd0, 0xf0);
        return parts;
    }

    private static void mark(byte[] parts, byte part, int... opcodes) {
        for (int opcode : opcodes) {
            parts[opcode] = part;
        }
    }

    /** Whether the instruction is one that waits for x87 exceptions, because it reads or writes MMX registers. */
    static boolean usesMmx(int code) {
        int opcode = FpuCode.opcode(code);
        int prefix = FpuCode.prefix(code);
        boolean memory = (code & FpuCode.MEMORY) != 0;
        return switch (opcode) {
            case 0x2a -> prefix < 2 && !memory;
            case 0x2c, 0x2d -> prefix < 2;
            case 0xd6 -> prefix >= 2 && !memory;
            case 0x6c, 0x6d, 0xf0, 0xff, 0xc3, 0xc6 -> false;
            case 0x71, 0x72, 0x73 -> prefix == 0 && IntegerInstructions.isShiftImmediate(code);
            case 0xc5, 0xd7, 0xf7 -> prefix == 0 && !memory;
            case 0xe7 -> prefix == 0 && memory;
            default -> prefix == 0 && opcode >= 0x60 && isOfMmx(PARTS[opcode]);
        };
    }

    private static boolean isOfMmx(byte part) {
        return part == MOVE || part == INTEGER || part == EMMS;
    }

    /** Whether an opcode of the 0F map belongs here, with some prefix. */
    static boolean has(int opcode) {
        return PARTS[opcode] != NONE;
    }

    /** Whether an immediate byte follows the operands. */
    static boolean hasImmediate(int opcode) {
        return switch (opcode) {
            case 0x70, 0x71, 0x72, 0x73, 0xc2, 0xc4, 0xc5, 0xc6 -> true;
            default -> false;
        };
    }

    int execute(int code, long address) {
        if (SseThree.has(FpuCode.opcode(code), FpuCode.prefix(code))) {
            return three.execute(code, address);
        }
        return switch (PARTS[FpuCode.opcode(code)]) {
            case MOVE -> moves.execute(code, address);
            case ARITHMETIC -> arithmetic(code, address);
            case CONVERSION -> conversions.execute(code, address);
            case COMPARE ->
                FpuCode.prefix(code) < 2 ? arithmetic.compareToFlags(code, address, unit) : FpuOutcome.UNDEFINED;
            case INTEGER -> integers.execute(code, address);
            case LOGIC -> logic(code, address);
            case EMMS -> emms(code);
            case IMAGE -> images.execute(code, address);
            default -> FpuOutcome.UNDEFINED;
        };
    }

    private int arithmetic(int code, long address) {
        int opcode = FpuCode.opcode(code);
        boolean estimate = opcode == 0x52 || opcode == 0x53;
        return estimate && (FpuCode.prefix(code) & 1) != 0 ? FpuOutcome.UNDEFINED : arithmetic.execute(code, address);
    }

    /** ANDPS, ANDNPS, ORPS, XORPS and the same for doubles. */
    private int logic(int code, long address) {
        if (FpuCode.prefix(code) > 1) {
            return FpuOutcome.UNDEFINED;
        }
        int outcome = operands.fetchAligned(code, address);
        if (outcome != FpuOutcome.DONE) {
            return outcome;
        }
        int register = FpuCode.reg(code);
        int opcode = FpuCode.opcode(code);
        operands.xmm(
                register,
                logic(opcode, operands.low(register), operands.low),
                logic(opcode, operands.high(register), operands.high));
        return FpuOutcome.DONE;
    }

    private static long logic(int opcode, long a, long b) {
        return switch (opcode) {
            case 0x54 -> a & b;
            case 0x55 -> ~a & b;
            case 0x56 -> a | b;
            default -> a ^ b;
        };
    }

    private int emms(int code) {
        if (FpuCode.prefix(code) != 0) {
            return FpuOutcome.UNDEFINED;
        }
        operands.x87.top = 0;
        operands.x87.valid = 0;
        return FpuOutcome.DONE;
    }
}
