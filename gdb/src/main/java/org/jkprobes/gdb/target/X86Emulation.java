package org.jkprobes.gdb.target;

import org.jkprobes.arch.x86.X86Layout;
import org.jkprobes.isa.x86.X86Flags;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Op;
import org.jkprobes.isa.x86.X86Operand;
import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;

/** What functions begin with, and calls return to: a step of a stub costs more than all else in a hit. */
final class X86Emulation {
    /** Overflow, sign, zero, adjust, parity, carry. */
    private static final int FLAGS = 0x8d5;

    private static final int CARRY = 1;

    private final X86Layout layout;
    private final PtRegs regs;
    private final X86Instruction instruction;
    private final X86Operands operands;

    X86Emulation(X86Layout layout, PtRegs regs, Memory memory, X86Instruction instruction) {
        this.layout = layout;
        this.regs = regs;
        this.instruction = instruction;
        operands = new X86Operands(layout, regs, memory, instruction);
    }

    /** Whether it has been done: the pc is behind it then. Otherwise nothing has changed. */
    boolean execute() {
        if (instruction.lock() || instruction.rep() || instruction.repne()) {
            return false;
        }
        boolean done = switch (instruction.op()) {
            case NOP, ENDBR64, ENDBR32 -> true;
            case PUSH -> push();
            case POP -> pop();
            case MOV, MOVZX -> move(false);
            case MOVSX, MOVSXD -> move(true);
            case LEA -> address();
            case CMOVCC -> moveIf();
            case SETCC -> to(X86Flags.holds(instruction.condition(), flags()) ? 1 : 0);
            case NOT, NEG, INC, DEC -> unary();
            case TEST, CMP, AND, OR, XOR, SUB, ADD -> binary();
            default -> false;
        };
        if (done) {
            regs.pc(regs.pc() + instruction.length());
        }
        return done;
    }

    private int flags() {
        return (int) regs.get(layout.flags());
    }

    private boolean wordOnStack(X86Operand operand) {
        return operand.bits() == operands.wordBits() && instruction.stackBits() == operands.wordBits();
    }

    private boolean push() {
        X86Operand from = instruction.operand(0);
        if (!wordOnStack(from) || !operands.readable(from)) {
            return false;
        }
        long top = X86Operands.cut(regs.stackPointer() - layout.wordBytes(), operands.wordBits());
        boolean written = operands.store(top, operands.value(from), layout.wordBytes());
        if (written) {
            regs.set(layout.gpr(X86Guest.RSP), top);
        }
        return written;
    }

    private boolean pop() {
        X86Operand to = instruction.operand(0);
        X86Operand.Mem top = new X86Operand.Mem(2, X86Guest.RSP, X86Operand.Mem.NONE, 1, 0, operands.wordBits());
        if (!(to instanceof X86Operand.Reg reg)
                || reg.number() == X86Guest.RSP
                || !wordOnStack(to)
                || !operands.writable(to)
                || !operands.readable(top)) {
            return false;
        }
        operands.set(to, operands.value(top));
        regs.set(
                layout.gpr(X86Guest.RSP),
                X86Operands.cut(regs.stackPointer() + layout.wordBytes(), operands.wordBits()));
        return true;
    }

    private boolean move(boolean signed) {
        X86Operand from = instruction.operand(1);
        if (!operands.readable(from)) {
            return false;
        }
        int above = 64 - from.bits();
        long value = operands.value(from);
        return to(signed || from instanceof X86Operand.Imm ? value << above >> above : value);
    }

    /** Whether the first operand could be written. */
    private boolean to(long value) {
        X86Operand to = instruction.operand(0);
        return operands.writable(to) && operands.set(to, value);
    }

    private boolean address() {
        X86Operand.Mem place = (X86Operand.Mem) instruction.operand(1);
        // The segment counts for nothing here.
        return instruction.addressBits() == operands.wordBits()
                && to(operands.address(new X86Operand.Mem(
                        3, place.base(), place.index(), place.scale(), place.displacement(), place.bits())));
    }

    /** Reads, and clears the upper half of a register of 32 bits, whether the condition holds or not. */
    private boolean moveIf() {
        X86Operand from = instruction.operand(1);
        boolean holds = X86Flags.holds(instruction.condition(), flags());
        return operands.readable(from) && to(operands.value(holds ? from : instruction.operand(0)));
    }

    private boolean unary() {
        X86Operand operand = instruction.operand(0);
        if (!operands.readable(operand)) {
            return false;
        }
        long value = operands.value(operand);
        return switch (instruction.op()) {
            case NOT -> to(~value);
            case NEG -> result(X86Op.SUB, 0, value, operand.bits(), FLAGS, true);
            case INC -> result(X86Op.ADD, value, 1, operand.bits(), FLAGS & ~CARRY, true);
            default -> result(X86Op.SUB, value, 1, operand.bits(), FLAGS & ~CARRY, true);
        };
    }

    private boolean binary() {
        X86Operand left = instruction.operand(0);
        X86Operand right = instruction.operand(1);
        if (!operands.readable(left) || !operands.readable(right)) {
            return false;
        }
        long b = right instanceof X86Operand.Imm immediate ? immediate.value() : operands.value(right);
        boolean stored = instruction.op() != X86Op.TEST && instruction.op() != X86Op.CMP;
        return result(
                instruction.op(), operands.value(left), X86Operands.cut(b, left.bits()), left.bits(), FLAGS, stored);
    }

    private boolean result(X86Op op, long a, long b, int bits, int changed, boolean stored) {
        long result = X86Operands.cut(
                switch (op) {
                    case TEST, AND -> a & b;
                    case OR -> a | b;
                    case XOR -> a ^ b;
                    case ADD -> a + b;
                    default -> a - b;
                },
                bits);
        boolean carry = false;
        boolean overflow = false;
        boolean adjust = false;
        if (op == X86Op.ADD) {
            carry = Long.compareUnsigned(result, a) < 0;
            overflow = ((a ^ result) & (b ^ result)) >>> bits - 1 != 0;
            adjust = ((a ^ b ^ result) & 0x10) != 0;
        } else if (op == X86Op.SUB || op == X86Op.CMP) {
            carry = Long.compareUnsigned(a, b) < 0;
            overflow = ((a ^ b) & (a ^ result)) >>> bits - 1 != 0;
            adjust = ((a ^ b ^ result) & 0x10) != 0;
        }
        int flags = (carry ? CARRY : 0)
                | (Long.bitCount(result & 0xff) % 2 == 0 ? 4 : 0)
                | (adjust ? 0x10 : 0)
                | (result == 0 ? 0x40 : 0)
                | (result >>> bits - 1 != 0 ? 0x80 : 0)
                | (overflow ? 0x800 : 0);
        if (stored && !to(result)) {
            return false;
        }
        regs.set(layout.flags(), regs.get(layout.flags()) & ~changed | flags & changed);
        return true;
    }
}
