package org.jkprobes.machine.cpu.x86;

import static org.jkprobes.machine.cpu.x86.X86Slots.NEW_FLAGS;
import static org.jkprobes.machine.cpu.x86.X86Slots.RAX;
import static org.jkprobes.machine.cpu.x86.X86Slots.RBP;
import static org.jkprobes.machine.cpu.x86.X86Slots.RSP;
import static org.jkprobes.machine.cpu.x86.X86Slots.T0;
import static org.jkprobes.machine.cpu.x86.X86Slots.T1;
import static org.jkprobes.machine.cpu.x86.X86Slots.T2;
import static org.jkprobes.machine.cpu.x86.X86Slots.ZERO;

import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Operand;
import org.jkprobes.machine.engine.BlockBuilder;
import org.jkprobes.machine.engine.Op;

/** Moves, the stack, and what depends on conditions. */
final class DataLifter {
    private final X86Emitter emit;
    private final OperandLifter operands;
    private BlockBuilder out = new BlockBuilder();

    DataLifter(X86Emitter emit, OperandLifter operands) {
        this.emit = emit;
        this.operands = operands;
    }

    void begin(BlockBuilder into) {
        out = into;
    }

    /** Lifts an instruction; false if it is none of these. */
    boolean lift(X86Instruction i) {
        int width = i.operandBits();
        int stack = i.stackBits();
        switch (i.op()) {
            // Accesses happen in order anyway.
            case LFENCE, MFENCE, SFENCE -> {}
            case NOP,
                    PAUSE,
                    ENDBR32,
                    ENDBR64,
                    PREFETCH,
                    PREFETCHW,
                    PREFETCHWT1,
                    RDSSP,
                    PREFETCHNTA,
                    PREFETCHT0,
                    PREFETCHT1,
                    PREFETCHT2 -> {}
            case MOV -> move(i);
            case MOVZX -> {
                X86Operand from = i.operand(1);
                if (from instanceof X86Operand.Mem memory) {
                    operands.address(memory);
                    operands.loadUnsigned(memory.bits(), T0);
                    operands.write(0, T0);
                } else {
                    X86Operand.Reg register = (X86Operand.Reg) from;
                    out.immediate(Op.EXT, T0, register.number(), register.bits() << 8 | (register.highByte() ? 8 : 0));
                    operands.write(0, T0);
                }
            }
            case MOVSX, MOVSXD -> {
                int from = operands.read(1, T0);
                if (width == 64) {
                    out.immediate(Op.SEXT32, T0, from, 0);
                    from = T0;
                }
                operands.write(0, from);
            }
            case LEA -> operands.write(0, operands.effective((X86Operand.Mem) i.operand(1), width, T0));
            case XCHG -> exchange(i);
            case BSWAP -> {
                if (width == 16) {
                    // Undefined; this is what CPUs do.
                    out.immediate(Op.PUT, ((X86Operand.Reg) i.operand(0)).number(), ZERO, 16 << 8);
                    return true;
                }
                int register = operands.read(0, T0);
                out.immediate(width == 64 ? Op.SWAP64 : Op.SWAP32, register, register, 0);
            }
            case SETCC -> {
                emit.condition(i.condition(), T2);
                if (operands.isMemory(0)) {
                    operands.address((X86Operand.Mem) i.operand(0));
                }
                operands.write(0, T2);
            }
            case CMOVCC -> {
                emit.condition(i.condition(), T2);
                int from = operands.read(1, T0);
                int to = operands.read(0, T1);
                if (width == 32) {
                    // Even if nothing is moved the upper half is cleared.
                    out.slots(Op.MOV, to, to, 0);
                    out.slots(Op.MOVN, to, from, T2);
                } else {
                    out.slots(Op.MOVN64, to, from, T2);
                }
                if (width == 16) {
                    operands.write(0, to);
                }
            }
            case PUSH -> push(i);
            case POP -> pop(i);
            case PUSHA -> pushAll(stack);
            case POPA -> popAll(stack);
            case LEAVE -> {
                operands.frame();
                operands.loadUnsigned(stack, T0);
                operands.setStack(RBP, stack / 8);
                operands.writeGpr(stack, RBP, T0);
            }
            case CLD -> emit.constant(X86Slots.DF, 0);
            case STD -> emit.constant(X86Slots.DF, Flag.DF);
            case LAHF -> {
                emit.compute(X86Helper.FLAGS, T0);
                out.immediate(Op.ANDI, T0, T0, 0xd5);
                out.immediate(Op.ORI, T0, T0, 2);
                out.immediate(Op.PUT, RAX, T0, 8 << 8 | 8);
            }
            case SAHF -> {
                emit.compute(X86Helper.FLAGS, T0);
                out.immediate(Op.ANDI, T0, T0, Flags.OF);
                out.immediate(Op.EXT, T1, RAX, 8 << 8 | 8);
                out.immediate(Op.ANDI, T1, T1, 0xd5);
                out.slots(Op.OR, NEW_FLAGS, T0, T1);
                emit.newFlags();
            }
            case CLC -> carry(~Flags.CF, 0, 0);
            case STC -> carry(~Flags.CF, Flags.CF, 0);
            case CMC -> carry(-1, 0, Flags.CF);
            case XLAT -> {
                out.immediate(Op.ANDI, T0, RAX, 0xff);
                operands.address((X86Operand.Mem) i.operand(0), T0);
                operands.load(8, T0);
                operands.writeGpr(8, RAX, T0);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void move(X86Instruction i) {
        X86Operand from = i.operand(1);
        if (i.operand(0) instanceof X86Operand.Reg to && to.bits() >= 32) {
            if (from instanceof X86Operand.Imm immediate) {
                emit.constant(to.number(), to.bits() == 32 ? immediate.value() & 0xffffffffL : immediate.value());
            } else if (from instanceof X86Operand.Mem memory) {
                operands.address(memory);
                operands.load(to.bits(), to.number());
            } else {
                operands.write(to, ((X86Operand.Reg) from).number());
            }
            return;
        }
        int value = operands.readLow(1, T0);
        if (i.operand(0) instanceof X86Operand.Mem memory) {
            operands.address(memory);
        }
        operands.write(0, value);
    }

    private void exchange(X86Instruction i) {
        operands.readInto(1, T1);
        operands.readInto(0, T0);
        operands.write(0, T1);
        // The other operand is a register.
        operands.write((X86Operand.Reg) i.operand(1), T0);
    }

    private void push(X86Instruction i) {
        int width = i.stackBits();
        int value = operands.read(0, T0);
        operands.push(width, value);
    }

    private void pop(X86Instruction i) {
        int width = i.stackBits();
        operands.loadPopped(width, T0);
        if (i.operand(0) instanceof X86Operand.Mem memory) {
            // An address by way of RSP is that after the pop; the pop is undone by a fault.
            emit.copy(T1, RSP);
            operands.moveStack(width / 8);
            operands.address(memory);
            operands.addressInSlot();
            emit.copy(T2, RSP);
            emit.copy(RSP, T1);
            operands.store(width, T0);
            emit.copy(RSP, T2);
            return;
        }
        operands.moveStack(width / 8);
        operands.write(0, T0);
    }

    private void pushAll(int width) {
        int bytes = width / 8;
        for (int register = 0; register < 8; register++) {
            operands.stack(-bytes * (register + 1));
            operands.store(width, register);
        }
        operands.moveStack(-8 * bytes);
    }

    private void popAll(int width) {
        int bytes = width / 8;
        // All must be readable before any register changes.
        operands.stack(7 * bytes);
        operands.load(width, T0);
        for (int register = 7; register >= 0; register--) {
            if (register != RSP) {
                operands.stack((7 - register) * bytes);
                operands.loadUnsigned(width, T1);
                operands.writeGpr(width, register, T1);
            }
        }
        operands.moveStack(8 * bytes);
    }

    private void carry(int keep, int set, int flip) {
        emit.compute(X86Helper.FLAGS, NEW_FLAGS);
        out.immediate(Op.ANDI, NEW_FLAGS, NEW_FLAGS, keep);
        out.immediate(Op.ORI, NEW_FLAGS, NEW_FLAGS, set);
        out.immediate(Op.XORI, NEW_FLAGS, NEW_FLAGS, flip);
        emit.newFlags();
    }
}
