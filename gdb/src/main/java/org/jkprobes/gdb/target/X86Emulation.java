package org.jkprobes.gdb.target;

import org.jkprobes.arch.x86.X86Layout;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Op;
import org.jkprobes.isa.x86.X86Operand;
import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;

/** What functions begin with, and calls return to, on registers: a step of a stub costs more than all else in a hit. */
record X86Emulation(X86Layout layout, PtRegs regs, Memory memory) {
    private static final int RSP = 4;
    /** Overflow, sign, zero, adjust, parity, carry. */
    private static final int FLAGS = 0x8d5;

    /** Whether it has been done: the pc is behind it then. */
    boolean execute(X86Instruction instruction) {
        if (instruction.lock() || instruction.rep() || instruction.repne()) {
            return false;
        }
        boolean done = switch (instruction.op()) {
            case NOP, ENDBR64, ENDBR32 -> true;
            case PUSH -> push(instruction);
            case MOV, LEA -> move(instruction);
            case TEST, CMP, AND, OR, XOR, SUB, ADD -> arithmetic(instruction);
            default -> false;
        };
        if (done) {
            regs.pc(regs.pc() + instruction.length());
        }
        return done;
    }

    private int wordBits() {
        return layout.wordBytes() * 8;
    }

    /** A general register that is written as a whole. */
    private boolean whole(X86Operand operand) {
        return operand instanceof X86Operand.Reg reg
                && reg.kind() == X86Operand.Kind.GPR
                && (reg.bits() == wordBits() || reg.bits() == 32);
    }

    private long value(X86Operand operand) {
        return operand instanceof X86Operand.Reg reg
                ? cut(regs.get(layout.gpr(reg.number())), reg.bits())
                : cut(((X86Operand.Imm) operand).value(), operand.bits());
    }

    private static long cut(long value, int bits) {
        return bits == 64 ? value : value & (1L << bits) - 1;
    }

    /** 32 bits clear what is above them. */
    private void set(X86Operand register, long value) {
        regs.set(layout.gpr(((X86Operand.Reg) register).number()), cut(value, register.bits()));
    }

    private boolean push(X86Instruction instruction) {
        X86Operand operand = instruction.operand(0);
        if (!whole(operand) || operand.bits() != wordBits() || instruction.stackBits() != wordBits()) {
            return false;
        }
        long top = cut(regs.stackPointer() - layout.wordBytes(), wordBits());
        boolean written = layout == X86Layout.AMD64
                ? memory.writeLong(top, value(operand))
                : memory.writeInt(top, (int) value(operand));
        if (written) {
            regs.set(layout.gpr(RSP), top);
        }
        return written;
    }

    private boolean move(X86Instruction instruction) {
        X86Operand from = instruction.operand(1);
        if (!whole(instruction.operand(0))) {
            return false;
        }
        if (instruction.op() == X86Op.LEA) {
            X86Operand.Mem place = (X86Operand.Mem) from;
            if (instruction.addressBits() != wordBits()) {
                return false;
            }
            set(instruction.operand(0), address(place, instruction));
            return true;
        }
        if (!whole(from) && !(from instanceof X86Operand.Imm)) {
            return false;
        }
        set(instruction.operand(0), value(from));
        return true;
    }

    private long address(X86Operand.Mem place, X86Instruction instruction) {
        long address = place.displacement();
        if (place.isRipRelative()) {
            address += regs.pc() + instruction.length();
        } else if (place.base() != X86Operand.Mem.NONE) {
            address += regs.get(layout.gpr(place.base()));
        }
        if (place.index() != X86Operand.Mem.NONE) {
            address += regs.get(layout.gpr(place.index())) * place.scale();
        }
        return cut(address, wordBits());
    }

    private boolean arithmetic(X86Instruction instruction) {
        X86Operand to = instruction.operand(0);
        X86Operand with = instruction.operand(1);
        if (!whole(to) || !(whole(with) || with instanceof X86Operand.Imm)) {
            return false;
        }
        int bits = to.bits();
        long a = value(to);
        long b = cut(with instanceof X86Operand.Imm immediate ? immediate.value() : value(with), bits);
        long result = cut(
                switch (instruction.op()) {
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
        if (instruction.op() == X86Op.ADD) {
            carry = Long.compareUnsigned(result, a) < 0;
            overflow = ((a ^ result) & (b ^ result)) >>> bits - 1 != 0;
            adjust = ((a ^ b ^ result) & 0x10) != 0;
        } else if (instruction.op() == X86Op.SUB || instruction.op() == X86Op.CMP) {
            carry = Long.compareUnsigned(a, b) < 0;
            overflow = ((a ^ b) & (a ^ result)) >>> bits - 1 != 0;
            adjust = ((a ^ b ^ result) & 0x10) != 0;
        }
        int flags = (carry ? 1 : 0)
                | (Long.bitCount(result & 0xff) % 2 == 0 ? 4 : 0)
                | (adjust ? 0x10 : 0)
                | (result == 0 ? 0x40 : 0)
                | (result >>> bits - 1 != 0 ? 0x80 : 0)
                | (overflow ? 0x800 : 0);
        regs.set(layout.flags(), regs.get(layout.flags()) & ~FLAGS | flags);
        if (instruction.op() != X86Op.TEST && instruction.op() != X86Op.CMP) {
            set(to, result);
        }
        return true;
    }
}
