package org.jkprobes.gdb.target;

import org.jkprobes.isa.mips.Fields;
import org.jkprobes.isa.mips.MipsInstruction;
import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;

/** The integer instructions functions begin with, and calls return to, on registers: a step of a stub costs more than all else in a hit. */
record MipsEmulation(PtRegs regs, Memory memory) {
    /** Whether it has been done: the pc is behind it then. */
    boolean execute(int word) {
        MipsInstruction instruction = MipsInstruction.of(word);
        long s = regs.get(Fields.rs(word));
        long t = regs.get(Fields.rt(word));
        int signed = Fields.simm(word);
        long unsigned = word & 0xffffL;
        boolean done = switch (instruction.op()) {
            case ADDIU -> set(Fields.rt(word), (int) s + signed);
            case ADDU -> set(Fields.rd(word), (int) s + (int) t);
            case SUBU -> set(Fields.rd(word), (int) s - (int) t);
            case AND -> set(Fields.rd(word), s & t);
            case OR -> set(Fields.rd(word), s | t);
            case XOR -> set(Fields.rd(word), s ^ t);
            case NOR -> set(Fields.rd(word), ~(s | t));
            case ANDI -> set(Fields.rt(word), s & unsigned);
            case ORI -> set(Fields.rt(word), s | unsigned);
            case XORI -> set(Fields.rt(word), s ^ unsigned);
            case LUI -> set(Fields.rt(word), signed << 16);
            case SLL -> set(Fields.rd(word), (int) t << Fields.sa(word));
            case SRL -> set(Fields.rd(word), (int) t >>> Fields.sa(word));
            case SRA -> set(Fields.rd(word), (int) t >> Fields.sa(word));
            case LW -> load(word, s + signed);
            case SW -> memory.writeInt(s + signed, (int) t);
            default -> false;
        };
        if (done) {
            regs.pc(regs.pc() + 4);
        }
        return done;
    }

    private boolean load(int word, long address) {
        long value = memory.readInt(address, 0) & 0xffff_ffffL | (long) memory.readInt(address, -1) << 32;
        return (int) value == (int) (value >> 32) // else it is not mapped
                && set(Fields.rt(word), value);
    }

    private boolean set(int register, long value) {
        if (register != 0) {
            regs.set(register, value);
        }
        return true;
    }
}
