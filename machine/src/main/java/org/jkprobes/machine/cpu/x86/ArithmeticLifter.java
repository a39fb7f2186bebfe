package org.jkprobes.machine.cpu.x86;

import static org.jkprobes.machine.cpu.x86.X86Slots.NEW_FLAGS;
import static org.jkprobes.machine.cpu.x86.X86Slots.RAX;
import static org.jkprobes.machine.cpu.x86.X86Slots.RDX;
import static org.jkprobes.machine.cpu.x86.X86Slots.T0;
import static org.jkprobes.machine.cpu.x86.X86Slots.T1;
import static org.jkprobes.machine.cpu.x86.X86Slots.T2;
import static org.jkprobes.machine.cpu.x86.X86Slots.ZERO;

import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Operand;
import org.jkprobes.machine.engine.BlockBuilder;
import org.jkprobes.machine.engine.Op;

/** Integer arithmetic and logic. */
final class ArithmeticLifter {
    private static final int CARRY = 2;

    private final X86Emitter emit;
    private final OperandLifter operands;
    private BlockBuilder out = new BlockBuilder();

    ArithmeticLifter(X86Emitter emit, OperandLifter operands) {
        this.emit = emit;
        this.operands = operands;
    }

    void begin(BlockBuilder into) {
        out = into;
    }

    /** Lifts an instruction; false if it is none of these. */
    boolean lift(X86Instruction i) {
        int width = i.operandBits();
        switch (i.op()) {
            case ADD -> addOrSubtract(i, Flags.ADD, true);
            case SUB -> addOrSubtract(i, Flags.SUB, true);
            case CMP -> addOrSubtract(i, Flags.SUB, false);
            case ADC -> withCarry(i, Flags.ADC);
            case SBB -> withCarry(i, Flags.SBB);
            case AND -> logic(i, Op.AND, Op.AND64, true);
            case OR -> logic(i, Op.OR, Op.OR64, true);
            case XOR -> logic(i, Op.XOR, Op.XOR64, true);
            case TEST -> logic(i, Op.AND, Op.AND64, false);
            case INC -> step(width, Flags.INC, 1);
            case DEC -> step(width, Flags.DEC, -1);
            case NEG -> negate(width);
            case NOT -> invert(width);
            // A CPU without BMI and LZCNT takes these for the older instructions.
            case BSF, TZCNT -> scan(i, X86Helper.BSF);
            case BSR, LZCNT -> scan(i, X86Helper.BSR);
            case MUL -> {
                int source = operands.read(0, T0);
                emit.helper(X86Helper.MUL, width, ZERO, source);
                emit.flagsUnknown();
            }
            case IMUL -> multiply(i);
            case DIV -> divide(width, X86Helper.DIV);
            case IDIV -> divide(width, X86Helper.IDIV);
            case CBW -> extendAccumulator(width);
            case CWD -> signOfAccumulator(width);
            case CMPXCHG -> compareAndExchange(i);
            case XADD -> exchangeAndAdd(i);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** A register of 32 or 64 bits is changed in place; all else by way of a temporary. */
    private static boolean isWideRegister(X86Operand operand) {
        return operand instanceof X86Operand.Reg register && register.bits() >= 32;
    }

    private void addOrSubtract(X86Instruction i, int kind, boolean keep) {
        int width = i.operandBits();
        // The source first: a memory destination's address stays in hand.
        int value = smallImmediate(i.operand(1));
        boolean immediate = value != Integer.MIN_VALUE;
        int b = immediate ? ZERO : operands.read(1, T1);
        int a = operands.read(0, T0);
        if (keep && isWideRegister(i.operand(0))) {
            flagsOf(kind, width, a, b, immediate, value);
            combine(width, kind, a, a, b, immediate, value);
            return;
        }
        if (keep) {
            combine(width, kind, T2, a, b, immediate, value);
            if (operands.isMemory(0)) {
                operands.write(0, T2);
                flagsOf(kind, width, a, b, immediate, value);
            } else {
                flagsOf(kind, width, a, b, immediate, value);
                operands.write(0, T2);
            }
            return;
        }
        flagsOf(kind, width, a, b, immediate, value);
    }

    /** An immediate that can also be negated, or the least int. */
    private static int smallImmediate(X86Operand operand) {
        return operand instanceof X86Operand.Imm immediate ? (int) immediate.value() : Integer.MIN_VALUE;
    }

    private void flagsOf(int kind, int width, int a, int b, boolean immediate, int value) {
        if (immediate) {
            emit.flagsWithImmediate(kind, width, a, value);
        } else {
            emit.flags(kind, width, a, b);
        }
    }

    private void combine(int width, int kind, int d, int a, int b, boolean immediate, int value) {
        if (immediate) {
            emit.addImmediate(width, d, a, kind == Flags.ADD ? value : -value);
        } else if (kind == Flags.ADD) {
            emit.add(width, d, a, b);
        } else {
            emit.sub(width, d, a, b);
        }
    }

    private void withCarry(X86Instruction i, int kind) {
        int width = i.operandBits();
        emit.condition(CARRY, NEW_FLAGS);
        int b = operands.read(1, T1);
        int a = operands.read(0, T0);
        if (kind == Flags.ADC) {
            emit.add(width, T2, a, b);
            emit.add(width, T2, T2, NEW_FLAGS);
        } else {
            emit.sub(width, T2, a, b);
            emit.sub(width, T2, T2, NEW_FLAGS);
        }
        boolean toMemory = operands.isMemory(0);
        if (toMemory) {
            operands.write(0, T2);
        }
        emit.flagsWithCarry(kind, width, a, b, NEW_FLAGS);
        if (!toMemory) {
            operands.write(0, T2);
        }
    }

    private void logic(X86Instruction i, int op32, int op64, boolean keep) {
        int width = i.operandBits();
        boolean inPlace = keep && isWideRegister(i.operand(0));
        if (op32 != Op.XOR && i.operand(0).equals(i.operand(1))) {
            // And with itself, or.
            int a = operands.read(0, T0);
            if (inPlace && width == 32) {
                out.slots(Op.MOV, a, a, 0);
            }
            emit.flagsOfResult(width, a);
            return;
        }
        int immediateOp = width == 64
                ? op32 == Op.AND ? Op.ANDI64 : -1
                : op32 == Op.AND ? Op.ANDI : op32 == Op.OR ? Op.ORI : Op.XORI;
        int d;
        if (i.operand(1) instanceof X86Operand.Imm immediate && immediateOp >= 0) {
            int a = operands.read(0, T0);
            d = inPlace ? a : T2;
            out.immediate(immediateOp, d, a, (int) immediate.value());
        } else {
            int b = operands.read(1, T1);
            int a = operands.read(0, T0);
            d = inPlace ? a : T2;
            emit.binary(width, op32, op64, d, a, b);
        }
        if (keep && d == T2) {
            operands.write(0, d);
        }
        emit.flagsOfResult(width, d);
    }

    private void step(int width, int kind, int by) {
        emit.condition(CARRY, NEW_FLAGS);
        int a = operands.read(0, T0);
        emit.addImmediate(width, T2, a, by);
        boolean toMemory = operands.isMemory(0);
        if (toMemory) {
            operands.write(0, T2);
        }
        emit.flagsButCarry(kind, width, a, NEW_FLAGS);
        if (!toMemory) {
            operands.write(0, T2);
        }
    }

    private void negate(int width) {
        int a = operands.read(0, T0);
        emit.sub(width, T2, ZERO, a);
        boolean toMemory = operands.isMemory(0);
        if (toMemory) {
            operands.write(0, T2);
        }
        emit.flags(Flags.SUB, width, ZERO, a);
        if (!toMemory) {
            operands.write(0, T2);
        }
    }

    private void invert(int width) {
        int a = operands.read(0, T0);
        emit.constant(T1, -1);
        emit.binary(width, Op.XOR, Op.XOR64, T2, a, T1);
        operands.write(0, T2);
    }

    private void scan(X86Instruction i, int helper) {
        int width = i.operandBits();
        int source = operands.read(1, T0);
        int register = ((X86Operand.Reg) i.operand(0)).number();
        emit.narrow(width, T0, source);
        // A source of 0 leaves the destination alone, all 64 bits of it.
        emit.helper(helper, width | register << 8, T2, T0);
        if (width == 16) {
            operands.write(0, T2);
        } else {
            emit.copy(register, T2);
        }
        emit.newFlags();
    }

    // ---- multiplication and division ----

    private void multiply(X86Instruction i) {
        int width = i.operandBits();
        if (i.operandCount() == 1) {
            int source = operands.read(0, T0);
            emit.helper(X86Helper.IMUL, width, ZERO, source);
            emit.flagsUnknown();
            return;
        }
        boolean three = i.operandCount() == 3;
        int b = operands.read(three ? 2 : 1, T1);
        int a = operands.read(three ? 1 : 0, T0);
        emit.flags(Flags.IMUL, width, a, b);
        emit.binary(width, Op.MUL, Op.MUL64, T2, a, b);
        operands.write(0, T2);
    }

    private void divide(int width, int helper) {
        int source = operands.read(0, T0);
        emit.helper(helper, width, ZERO, source);
    }

    /** CBW, CWDE, CDQE. */
    private void extendAccumulator(int width) {
        if (width == 64) {
            out.immediate(Op.SEXT32, RAX, RAX, 0);
            return;
        }
        out.immediate(Op.SEXT_FIELD, T0, RAX, width / 2 << 8);
        operands.writeGpr(width, RAX, T0);
    }

    /** CWD, CDQ, CQO. */
    private void signOfAccumulator(int width) {
        if (width == 64) {
            out.immediate(Op.SARI64, RDX, RAX, 63);
            return;
        }
        emit.narrow(width, T0, RAX);
        out.immediate(Op.SARI, T0, T0, 31);
        operands.writeGpr(width, RDX, T0);
    }

    // ---- read, compare, write ----

    private void compareAndExchange(X86Instruction i) {
        int width = i.operandBits();
        int source = operands.read(1, T1);
        int a = operands.read(0, T0);
        emit.narrow(width, T2, RAX);
        out.slots(width == 64 ? Op.SETEQ64 : Op.SETEQ, NEW_FLAGS, a, T2);
        if (i.operand(0) instanceof X86Operand.Reg to && width >= 32) {
            // If the values differ, even the upper half of the register stays.
            emit.copy(T0, a);
            a = T0;
            emit.flags(Flags.SUB, width, T2, a);
            if (width == 32) {
                out.slots(Op.MOV, X86Slots.T3, source, 0);
                source = X86Slots.T3;
            }
            out.slots(Op.MOVN64, to.number(), source, NEW_FLAGS);
        } else {
            // Memory is always stored to, if only with what it held.
            int kept = X86Slots.T3;
            emit.copy(kept, a);
            out.slots(Op.MOVN64, kept, source, NEW_FLAGS);
            operands.write(0, kept);
            emit.flags(Flags.SUB, width, T2, a);
        }
        // The accumulator keeps even its upper half if the values are equal.
        out.immediate(Op.XORI, NEW_FLAGS, NEW_FLAGS, 1);
        if (width < 32) {
            emit.copy(T1, RAX);
            out.immediate(Op.PUT, T1, a, width << 8);
        } else {
            emit.move(width, T1, a);
        }
        out.slots(Op.MOVN64, RAX, T1, NEW_FLAGS);
    }

    private void exchangeAndAdd(X86Instruction i) {
        int width = i.operandBits();
        operands.readInto(1, T1);
        operands.readInto(0, T0);
        emit.add(width, T2, T0, T1);
        boolean toMemory = operands.isMemory(0);
        if (toMemory) {
            operands.write(0, T2);
        }
        emit.flags(Flags.ADD, width, T0, T1);
        operands.write(1, T0);
        if (!toMemory) {
            operands.write(0, T2);
        }
    }
}
