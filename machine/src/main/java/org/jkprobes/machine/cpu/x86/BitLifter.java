package org.jkprobes.machine.cpu.x86;

import static org.jkprobes.machine.cpu.x86.X86Slots.NEW_FLAGS;
import static org.jkprobes.machine.cpu.x86.X86Slots.RCX;
import static org.jkprobes.machine.cpu.x86.X86Slots.T0;
import static org.jkprobes.machine.cpu.x86.X86Slots.T1;
import static org.jkprobes.machine.cpu.x86.X86Slots.T2;
import static org.jkprobes.machine.cpu.x86.X86Slots.T3;
import static org.jkprobes.machine.cpu.x86.X86Slots.ZERO;

import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Op;
import org.jkprobes.isa.x86.X86Operand;
import org.jkprobes.machine.engine.BlockBuilder;
import org.jkprobes.machine.engine.Op;

/**
 * Shifts, rotates, single bits. Their results are micro-ops; the flags of most are computed apart, from T0 and T1, and only if somebody
 * reads them.
 */
final class BitLifter {
    private final X86Emitter emit;
    private final OperandLifter operands;
    private BlockBuilder out = new BlockBuilder();

    BitLifter(X86Emitter emit, OperandLifter operands) {
        this.emit = emit;
        this.operands = operands;
    }

    void begin(BlockBuilder into) {
        out = into;
    }

    /** Lifts an instruction; false if it is none of these. */
    boolean lift(X86Instruction i) {
        switch (i.op()) {
            case SHL, SAL -> shift(i, Flags.SHL, X86Helper.SHL);
            case SHR -> shift(i, Flags.SHR, X86Helper.SHR);
            case SAR -> shift(i, Flags.SAR, X86Helper.SAR);
            case ROL -> rotate(i, X86Helper.ROL);
            case ROR -> rotate(i, X86Helper.ROR);
            case RCL -> operation(i, X86Helper.RCL);
            case RCR -> operation(i, X86Helper.RCR);
            case SHLD -> doubleShift(i, X86Helper.SHLD);
            case SHRD -> doubleShift(i, X86Helper.SHRD);
            case BT, BTS, BTR, BTC -> bit(i);
            default -> {
                return false;
            }
        }
        return true;
    }

    private static int countMask(int width) {
        return width == 64 ? 63 : 31;
    }

    /** The count in T1. */
    private void count(X86Operand count) {
        if (count instanceof X86Operand.Imm immediate) {
            emit.constant(T1, immediate.value());
        } else {
            emit.copy(T1, RCX);
        }
    }

    private void shift(X86Instruction i, int kind, int helper) {
        int width = i.operandBits();
        boolean known = i.operand(1) instanceof X86Operand.Imm immediate
                && ((int) immediate.value() & countMask(width)) < width;
        if (!known) {
            shiftByCount(i, kind, helper);
            return;
        }
        int count = (int) ((X86Operand.Imm) i.operand(1)).value() & countMask(width);
        int a = operands.read(0, T0);
        if (count == 0) {
            operands.write(0, a);
            return;
        }
        int from = a;
        if (kind == Flags.SHR && width < 32) {
            // From the register, so that the sign-extended operand is of use to flags only.
            from = operands.isMemory(0) ? unsigned(width, a) : operands.readUnsigned((X86Operand.Reg) i.operand(0), T3);
        }
        boolean wide = width == 64;
        int op = switch (kind) {
            case Flags.SHL -> wide ? Op.SHLI64 : Op.SHLI;
            case Flags.SHR -> wide ? Op.SHRI64 : Op.SHRI;
            default -> wide ? Op.SARI64 : Op.SARI;
        };
        out.immediate(op, T2, from, count);
        boolean toMemory = operands.isMemory(0);
        if (toMemory) {
            operands.write(0, T2);
        }
        emit.flagsWithImmediate(kind, width, a, count);
        if (!toMemory) {
            operands.write(0, T2);
        }
    }

    /** A value that is held sign-extended, zero-extended in T3; wide ones as they are. */
    private int unsigned(int width, int a) {
        if (width >= 32) {
            return a;
        }
        out.immediate(Op.ANDI, T3, a, (1 << width) - 1);
        return T3;
    }

    private void shiftByCount(X86Instruction i, int kind, int helper) {
        int width = i.operandBits();
        count(i.operand(1));
        operands.readInto(0, T0);
        boolean wide = width == 64;
        int op = switch (kind) {
            case Flags.SHL -> wide ? Op.SHL64 : Op.SHL;
            case Flags.SHR -> wide ? Op.SHR64 : Op.SHR;
            default -> wide ? Op.SAR64 : Op.SAR;
        };
        out.slots(op, T2, kind == Flags.SHR ? unsigned(width, T0) : T0, T1);
        finish(i, helper);
    }

    /** Writes T2; the flags are computed if they are read. */
    private void finish(X86Instruction i, int helper) {
        emit.compute(helper, i.operandBits(), NEW_FLAGS);
        operands.write(0, T2);
        emit.newFlags();
    }

    private void rotate(X86Instruction i, int helper) {
        int width = i.operandBits();
        if (width < 32) {
            operation(i, helper);
            return;
        }
        count(i.operand(1));
        operands.readInto(0, T0);
        boolean left = helper == X86Helper.ROL;
        if (i.operand(1) instanceof X86Operand.Imm immediate) {
            int count = (int) immediate.value() & countMask(width);
            if (width == 64) {
                out.immediate(Op.ROLI64, T2, T0, left ? count : -count & 63);
            } else {
                out.immediate(Op.RORI, T2, T0, left ? -count & 31 : count);
            }
        } else if (width == 32) {
            out.slots(Op.SUB, T3, ZERO, T1);
            out.slots(Op.ROR, T2, T0, left ? T3 : T1);
        } else {
            // By 0 both halves are the operand.
            out.slots(Op.SUB, T3, ZERO, T1);
            out.slots(Op.SHL64, T2, T0, left ? T1 : T3);
            out.slots(Op.SHR64, T3, T0, left ? T3 : T1);
            out.slots(Op.OR64, T2, T2, T3);
        }
        finish(i, helper);
    }

    /** All by a helper: RCL, RCR, and what is narrow. */
    private void operation(X86Instruction i, int kind) {
        count(i.operand(1));
        int a = operands.read(0, T0);
        emit.helper(X86Helper.SHIFT_OPERATION, kind | i.operandBits() << 8, T2, a);
        operands.write(0, T2);
        emit.newFlags();
    }

    private void doubleShift(X86Instruction i, int kind) {
        int width = i.operandBits();
        count(i.operand(2));
        operands.readInto(1, T3);
        operands.readInto(0, T0);
        if (width != 32) {
            emit.helper(X86Helper.SHIFT_OPERATION, kind | width << 8, T2, T0);
            operands.write(0, T2);
            emit.newFlags();
            return;
        }
        out.immediate(Op.ANDI, T1, T1, 31);
        if (kind == X86Helper.SHLD) {
            out.slots(Op.JOIN, T2, T0, T3);
            out.slots(Op.SHL64, T2, T2, T1);
            out.immediate(Op.SHRI64, T2, T2, 32);
        } else {
            out.slots(Op.JOIN, T2, T3, T0);
            out.slots(Op.SHR64, T2, T2, T1);
            out.slots(Op.MOV, T2, T2, 0);
        }
        finish(i, kind);
    }

    private void bit(X86Instruction i) {
        int width = i.operandBits();
        operands.readInto(1, T1);
        if (i.operand(0) instanceof X86Operand.Mem memory && !(i.operand(1) instanceof X86Operand.Imm)) {
            // The bit may lie far from the address.
            int shift = Integer.numberOfTrailingZeros(width);
            if (width < 64) {
                out.immediate(Op.SEXT32, T0, T1, 0);
            }
            out.immediate(Op.SARI64, T0, width < 64 ? T0 : T1, shift);
            out.immediate(Op.SHLI64, T0, T0, shift - 3);
            operands.address(memory, T0);
            operands.load(width, T0);
        } else {
            operands.readInto(0, T0);
        }
        out.immediate(Op.ANDI, T1, T1, width - 1);
        emit.compute(X86Helper.BIT, width, NEW_FLAGS);
        change(i);
        out.slots(Op.SHR64, T3, T0, T1);
        out.immediate(Op.ANDI, T3, T3, 1);
        emit.newFlags(T3);
    }

    /** BTS, BTR, BTC. */
    private void change(X86Instruction i) {
        int op = switch (i.op()) {
            case BTS, BTR -> Op.OR64;
            case BTC -> Op.XOR64;
            default -> -1;
        };
        if (op < 0) {
            return;
        }
        emit.constant(T3, 1);
        out.slots(Op.SHL64, T3, T3, T1);
        out.slots(op, T2, T0, T3);
        if (i.op() == X86Op.BTR) {
            out.slots(Op.XOR64, T2, T2, T3);
        }
        operands.write(0, T2);
    }
}
