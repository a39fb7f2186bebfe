package org.jkprobes.machine.cpu.x86;

import static org.jkprobes.machine.cpu.x86.X86Slots.ADDRESS;
import static org.jkprobes.machine.cpu.x86.X86Slots.RAX;
import static org.jkprobes.machine.cpu.x86.X86Slots.RBP;
import static org.jkprobes.machine.cpu.x86.X86Slots.RBX;
import static org.jkprobes.machine.cpu.x86.X86Slots.RCX;
import static org.jkprobes.machine.cpu.x86.X86Slots.RDX;
import static org.jkprobes.machine.cpu.x86.X86Slots.RSP;

import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Op;
import org.jkprobes.isa.x86.X86Operand;
import org.jkprobes.machine.engine.Block;

/** Decimal adjustment, BOUND, ENTER, CMPXCHG8B and CMPXCHG16B. (SDM vol. 2.) */
final class RareInstructions {
    private final X86Cpu cpu;

    RareInstructions(X86Cpu cpu) {
        this.cpu = cpu;
    }

    void compareAndExchange(Block block, X86Instruction i) {
        boolean wide = i.op() == X86Op.CMPXCHG16B;
        int bytes = wide ? 8 : 4;
        long at = cpu.slot(ADDRESS);
        if (wide && (at & 15) != 0) {
            cpu.fault(Vectors.PROTECTION);
            return;
        }
        long low = cpu.read(at, bytes);
        long high = cpu.left() ? 0 : cpu.read(at + bytes, bytes);
        if (cpu.left() || !cpu.mayWrite(block, at, 2 * bytes)) {
            return;
        }
        boolean equal =
                Flags.trim(8 * bytes, low ^ cpu.slot(RAX)) == 0 && Flags.trim(8 * bytes, high ^ cpu.slot(RDX)) == 0;
        cpu.write(block, at, bytes, equal ? cpu.slot(RBX) : low);
        cpu.write(block, at + bytes, bytes, equal ? cpu.slot(RCX) : high);
        if (!equal) {
            cpu.gpr(8 * bytes, RAX, low);
            cpu.gpr(8 * bytes, RDX, high);
        }
        cpu.arithmeticFlags(cpu.arithmeticFlags() & ~Flags.ZF | (equal ? Flags.ZF : 0));
    }

    void bound(X86Instruction i) {
        int width = i.operandBits();
        long index = Flags.extend(width, cpu.slot(((X86Operand.Reg) i.operand(0)).number()));
        long low = Flags.extend(width, cpu.read(cpu.slot(ADDRESS), width / 8));
        if (!cpu.left() && index < low) {
            cpu.fault(Vectors.BOUND);
        }
        if (cpu.left()) {
            return;
        }
        long high = Flags.extend(width, cpu.read(cpu.slot(ADDRESS) + width / 8, width / 8));
        if (!cpu.left() && index > high) {
            cpu.fault(Vectors.BOUND);
        }
    }

    /** ENTER; outside 64-bit mode with the stack's width. */
    void enter(Block block, X86Instruction i) {
        int bytes = i.stackBits() / 8;
        long size = ((X86Operand.Imm) i.operand(0)).value() & 0xffff;
        int level = (int) ((X86Operand.Imm) i.operand(1)).value() & 31;
        SystemState state = cpu.system().state;
        long mask = state.in64BitMode() ? -1 : Stack.maskOf(state.segment(Segment.SS));
        long sp = cpu.slot(RSP) - bytes & mask;
        long bp = cpu.slot(RBP) & mask;
        long frame = sp;
        if (!push(block, sp, bytes, cpu.slot(RBP))) {
            return;
        }
        for (int k = 1; k <= level; k++) {
            long value = frame;
            if (k < level) {
                bp = bp - bytes & mask;
                value = cpu.read(cpu.linear(Segment.SS, 64, bp), bytes);
                if (cpu.left()) {
                    return;
                }
            }
            sp = sp - bytes & mask;
            if (!push(block, sp, bytes, value)) {
                return;
            }
        }
        sp = sp - size & mask;
        // The new top must be writable.
        if (!cpu.mayWrite(block, cpu.linear(Segment.SS, 64, sp), bytes)) {
            return;
        }
        cpu.gpr(8 * bytes, RBP, frame);
        cpu.moveStack(mask, sp - cpu.slot(RSP));
    }

    private boolean push(Block block, long offset, int bytes, long value) {
        return cpu.checkLimit(Segment.SS, offset, bytes, true)
                && cpu.write(block, cpu.linear(Segment.SS, 64, offset), bytes, value);
    }

    void decimal(X86Instruction i) {
        int ax = (int) cpu.slot(RAX) & 0xffff;
        int al = ax & 0xff;
        int ah = ax >> 8;
        int flags = cpu.arithmeticFlags();
        boolean carry = (flags & Flags.CF) != 0;
        boolean half = (flags & Flags.AF) != 0;
        boolean adjust = (al & 15) > 9 || half;
        switch (i.op()) {
            case AAA, AAS -> {
                int sign = i.op() == X86Op.AAA ? 1 : -1;
                int sum = ax + (adjust ? sign * 0x106 : 0);
                cpu.gpr(16, RAX, sum & 0xff0f);
                int kept = flags & ~(Flags.AF | Flags.CF);
                cpu.arithmeticFlags(kept | (adjust ? Flags.AF | Flags.CF : 0));
            }
            case DAA, DAS -> {
                int sign = i.op() == X86Op.DAA ? 1 : -1;
                boolean borrow = i.op() == X86Op.DAS && adjust && al < 6;
                boolean high = al > 0x99 || carry;
                int result = al + (adjust ? sign * 6 : 0) + (high ? sign * 0x60 : 0);
                cpu.gpr(8, RAX, result);
                cpu.arithmeticFlags(
                        Flags.result(8, result) | (adjust ? Flags.AF : 0) | (high || borrow ? Flags.CF : 0));
            }
            case AAM -> {
                int by = (int) ((X86Operand.Imm) i.operand(0)).value() & 0xff;
                if (by == 0) {
                    cpu.fault(Vectors.DIVIDE);
                    return;
                }
                cpu.gpr(16, RAX, al / by << 8 | al % by);
                cpu.arithmeticFlags(Flags.result(8, al % by));
            }
            case AAD -> {
                int by = (int) ((X86Operand.Imm) i.operand(0)).value() & 0xff;
                int result = al + ah * by & 0xff;
                cpu.gpr(16, RAX, result);
                cpu.arithmeticFlags(Flags.result(8, result));
            }
            default -> cpu.gpr(8, RAX, carry ? 0xff : 0);
        }
    }
}
