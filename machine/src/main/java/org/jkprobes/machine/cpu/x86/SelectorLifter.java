package org.jkprobes.machine.cpu.x86;

import static org.jkprobes.machine.cpu.x86.X86Slots.T0;
import static org.jkprobes.machine.cpu.x86.X86Slots.T1;
import static org.jkprobes.machine.cpu.x86.X86Slots.T2;

import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Operand;
import org.jkprobes.machine.engine.BlockBuilder;
import org.jkprobes.machine.engine.Op;
import org.jkprobes.machine.engine.Vcpu;

/**
 * PUSH of segment registers, MOV from one, and MOV to DS or ES of what it holds: a kernel of 32 bits saves them at every entry, and loads
 * what nearly always is there. (SDM vol. 2.)
 */
final class SelectorLifter {
    private final OperandLifter operands;
    private BlockBuilder out = new BlockBuilder();
    private boolean loads;

    SelectorLifter(OperandLifter operands) {
        this.operands = operands;
    }

    /** {@code single}: the block is one instruction, which runs alone. */
    void begin(BlockBuilder into, int mode, boolean single) {
        out = into;
        int not = ModeBits.REAL | ModeBits.UNPRIVILEGED | ModeBits.DATA_BREAKPOINTS;
        loads = !single && (mode & not) == 0 && (mode & 3) == Privilege.SUPERVISOR;
    }

    /** Lifts an instruction; false if it is none of these. */
    boolean lift(X86Instruction i) {
        return switch (i.op()) {
            case PUSH -> push(i);
            case MOV_SEG -> move(i);
            default -> false;
        };
    }

    private boolean push(X86Instruction i) {
        int selector = selector(i.operand(0));
        if (selector < 0) {
            return false;
        }
        int width = i.stackBits();
        operands.stack(-width / 8);
        // In 32 bits the upper half of what is on the stack stays as it was.
        operands.store(width == 32 ? 16 : width, selector);
        operands.moveStack(-width / 8);
        return true;
    }

    private boolean move(X86Instruction i) {
        int selector = selector(i.operand(1));
        if (selector < 0) {
            return loads && load(i);
        }
        if (i.operand(0) instanceof X86Operand.Mem memory) {
            operands.address(memory);
            operands.store(16, selector);
        } else {
            operands.write(0, selector);
        }
        return true;
    }

    /** Runs alone unless it is the descriptor that is loaded already, and this is the same one in memory. */
    private boolean load(X86Instruction i) {
        int selector = selector(i.operand(0));
        int number = selector - X86Slots.SELECTOR;
        if (number != Segment.DS && number != Segment.ES
                || !(i.operand(1) instanceof X86Operand.Reg from)
                || from.kind() != X86Operand.Kind.GPR) {
            return false;
        }
        int loaded = X86Slots.loaded(number);
        out.immediate(Op.ANDI, T1, from.number(), 0xffff);
        out.slots(Op.XOR, T2, T1, loaded);
        out.immediate(Op.RAISE_IF, X86Slots.ZERO, T2, Vcpu.NONE);
        out.immediate(Op.ANDI, T1, T1, 0xfff8);
        out.slots(Op.ADD64, T1, T1, X86Slots.GDT_BASE);
        out.immediate(Op.LD64, T0, T1, 0);
        out.slots(Op.XOR64, T0, T0, loaded + 1);
        out.immediate(Op.SHRI64, T1, T0, 32);
        out.slots(Op.OR, T1, T1, T0);
        out.immediate(Op.RAISE_IF, X86Slots.ZERO, T1, Vcpu.NONE);
        return true;
    }

    /** The slot of an operand's selector, or -1. */
    private static int selector(X86Operand operand) {
        return operand instanceof X86Operand.Reg register
                        && register.kind() == X86Operand.Kind.SEG
                        && register.number() <= Segment.GS
                ? X86Slots.SELECTOR + register.number()
                : -1;
    }
}
