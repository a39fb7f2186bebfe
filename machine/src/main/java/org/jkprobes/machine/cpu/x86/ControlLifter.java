package org.jkprobes.machine.cpu.x86;

import static org.jkprobes.machine.cpu.x86.X86Slots.RCX;
import static org.jkprobes.machine.cpu.x86.X86Slots.SEGMENT_BASE;
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
import org.jkprobes.machine.engine.SoftTlb;

/**
 * Near branches, jumps, calls and returns: each ends its block. The engine's pc is a linear address; RIP is an offset in CS, which is the
 * same unless CS has a base.
 */
final class ControlLifter {
    private static final int EQUAL = 4;
    private static final int CS_BASE = SEGMENT_BASE + Segment.CS;

    private final X86Emitter emit;
    private final OperandLifter operands;
    private BlockBuilder out = new BlockBuilder();
    private long start;
    /** Wraps an instruction address to the code's width. */
    private long wrap;

    private boolean based;

    ControlLifter(X86Emitter emit, OperandLifter operands) {
        this.emit = emit;
        this.operands = operands;
    }

    void begin(BlockBuilder into, long pc, int mode) {
        out = into;
        start = pc;
        wrap = (mode & ModeBits.LONG) != 0 ? -1L : 0xffffffffL;
        based = (mode & (ModeBits.CODE_BASE | ModeBits.REAL)) != 0;
    }

    /** Lifts an instruction that {@code next} follows; false if it is none of these. */
    boolean lift(X86Instruction i, long next) {
        switch (i.op()) {
            case JCC -> {
                if (based) {
                    emit.condition(i.condition(), T3);
                    select(i, next);
                } else {
                    exits(i, next);
                    emit.branch(i.condition());
                }
            }
            case JMP -> {
                if (i.operand(0) instanceof X86Operand.Rel) {
                    relative(i, next);
                } else {
                    indirect(operands.read(0, T0), i.operandBits());
                }
            }
            case CALL -> call(i, next);
            case RET -> {
                int width = i.stackBits();
                operands.loadPopped(width, T0);
                int extra = i.operandCount() > 0 ? (int) ((X86Operand.Imm) i.operand(0)).value() & 0xffff : 0;
                operands.moveStack(width / 8 + extra);
                indirect(T0, width);
            }
            case LOOP, LOOPE, LOOPNE -> loop(i, next);
            case JCXZ -> {
                count(i, T0);
                branch(i, next, T0, true);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void call(X86Instruction i, long next) {
        boolean direct = i.operand(0) instanceof X86Operand.Rel;
        if (!direct) {
            operands.readInto(0, T1);
        }
        emit.constant(T0, next);
        if (based) {
            out.slots(Op.SUB, T0, T0, CS_BASE);
        }
        operands.push(i.stackBits(), T0);
        if (direct) {
            relative(i, next);
        } else {
            indirect(T1, i.operandBits());
        }
    }

    private long target(X86Instruction i, long next) {
        long target = next + ((X86Operand.Rel) i.operand(0)).displacement() & wrap;
        return i.operandBits() == 16 ? target & 0xffff : target;
    }

    private void exits(X86Instruction i, long next) {
        long target = target(i, next);
        out.exit0(next, chains(next));
        out.exit1(target, chains(target));
    }

    /** Inside a page no change of mappings can come between two blocks. */
    private boolean chains(long target) {
        return (target ^ start) >>> SoftTlb.PAGE_BITS == 0;
    }

    /** To a linear address. */
    void jump(long target) {
        if (chains(target)) {
            out.exit0(target, true);
            out.immediate(Op.JUMP, ZERO, ZERO, 0);
        } else {
            jumpAcross(target);
        }
    }

    /** To a linear address in another page, or of an instruction that goes on in another one. */
    void jumpAcross(long target) {
        // Found among recent jumps, which a jump without a chain is not.
        emit.constant(T0, target);
        out.immediate(Op.JUMPR, ZERO, T0, 0);
    }

    private void relative(X86Instruction i, long next) {
        if (based) {
            basedTarget(i, next, T0);
            out.immediate(Op.JUMPR, ZERO, T0, 0);
        } else {
            jump(target(i, next));
        }
    }

    /** The linear target of a relative branch whose offset wraps in its segment. */
    private void basedTarget(X86Instruction i, long next, int d) {
        emit.constant(d, next + ((X86Operand.Rel) i.operand(0)).displacement());
        out.slots(Op.SUB, d, d, CS_BASE);
        if (i.operandBits() == 16) {
            out.immediate(Op.ANDI, d, d, 0xffff);
        }
        out.slots(Op.ADD, d, d, CS_BASE);
    }

    /** To where a relative branch leads if T3 is not 0, else on. */
    private void select(X86Instruction i, long next) {
        basedTarget(i, next, T1);
        emit.constant(T0, next);
        out.slots(Op.MOVN64, T0, T1, T3);
        out.immediate(Op.JUMPR, ZERO, T0, 0);
    }

    private void indirect(int slot, int width) {
        int target = slot;
        if (width == 16) {
            out.immediate(Op.ANDI, T0, target, 0xffff);
            target = T0;
        }
        if (based) {
            out.slots(Op.ADD, T0, target, CS_BASE);
            target = T0;
        }
        out.immediate(Op.JUMPR, ZERO, target, 0);
    }

    /** The counter register of the address size. */
    private void count(X86Instruction i, int into) {
        switch (i.addressBits()) {
            case 64 -> emit.copy(into, RCX);
            case 32 -> out.slots(Op.MOV, into, RCX, 0);
            default -> out.immediate(Op.ANDI, into, RCX, 0xffff);
        }
    }

    /** Branches if a slot is 0, or if it is not. */
    private void branch(X86Instruction i, long next, int slot, boolean ifZero) {
        if (based) {
            out.slots(ifZero ? Op.SETEQ64 : Op.SETNE64, T3, slot, ZERO);
            select(i, next);
        } else {
            exits(i, next);
            out.slots(ifZero ? Op.BEQ64 : Op.BNE64, ZERO, slot, ZERO);
        }
    }

    private void loop(X86Instruction i, long next) {
        boolean counted = i.op() == X86Op.LOOP;
        if (!counted) {
            boolean equal = i.op() == X86Op.LOOPE;
            emit.condition(equal ? EQUAL : EQUAL + 1, T2);
        }
        count(i, T0);
        emit.addImmediate(i.addressBits(), T0, T0, -1);
        operands.writeGpr(i.addressBits(), RCX, T0);
        if (i.addressBits() == 16) {
            out.immediate(Op.ANDI, T0, T0, 0xffff);
        }
        if (!counted) {
            out.slots(Op.SETNE64, T0, T0, ZERO);
            out.slots(Op.AND, T0, T0, T2);
        }
        branch(i, next, T0, false);
    }
}
