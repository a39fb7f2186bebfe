package org.jkprobes.machine.cpu.x86;

import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Operand;

/** Reads segment registers: PUSH of one, and MOV from one. A kernel of 32 bits saves three at every entry. (SDM vol. 2.) */
final class SelectorLifter {
    private final OperandLifter operands;

    SelectorLifter(OperandLifter operands) {
        this.operands = operands;
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
            return false;
        }
        if (i.operand(0) instanceof X86Operand.Mem memory) {
            operands.address(memory);
            operands.store(16, selector);
        } else {
            operands.write(0, selector);
        }
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
