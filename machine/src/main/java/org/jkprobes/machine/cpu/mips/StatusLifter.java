package org.jkprobes.machine.cpu.mips;

import static org.jkprobes.machine.cpu.mips.MipsSlots.CAUSE;
import static org.jkprobes.machine.cpu.mips.MipsSlots.STATUS;
import static org.jkprobes.machine.cpu.mips.MipsSlots.T0;
import static org.jkprobes.machine.cpu.mips.MipsSlots.T1;
import static org.jkprobes.machine.cpu.mips.MipsSlots.T2;
import static org.jkprobes.machine.cpu.mips.MipsSlots.T3;
import static org.jkprobes.machine.cpu.mips.MipsSlots.ZERO;

import org.jkprobes.machine.engine.BlockBuilder;
import org.jkprobes.machine.engine.Op;

/**
 * What kernels do to Status at every exception, as plain micro-ops: the machine is only asked when interrupts are due, or the mode or
 * the mappings have changed.
 */
final class StatusLifter {
    private static final int EXL_ERL = Cp0.STATUS_EXL | Cp0.STATUS_ERL;
    private static final int KSU = 0x18;

    private StatusLifter() {}

    /** Whether the word is one that this lifts in kernel mode, outside delay slots; the block then ends with a jump to the next. */
    static boolean lift(BlockBuilder out, int word) {
        if (MipsWord.opcode(word) != 16 || (word & 0x7ff) != 0 && (word & 0x7ff) != 0x20 || MipsWord.rd(word) != 12) {
            return false;
        }
        boolean enables = MipsWord.rs(word) == 11 && (word & 0x7ff) == 0x20;
        if (enables) {
            setInterruptEnable(out, MipsWord.rt(word) == ZERO ? MipsSlots.NOWHERE : MipsWord.rt(word), 1);
            interruptDue(out, T1);
        } else if (MipsWord.rs(word) == 4 && (word & 7) == 0) {
            write(out, MipsWord.rt(word));
        } else {
            return false;
        }
        out.immediate(Op.EXIT_IF, ZERO, T1, MipsHelper.STATUS_WRITTEN);
        return true;
    }

    /** d = Status, whose IE becomes {@code enable}. */
    static void setInterruptEnable(BlockBuilder out, int d, int enable) {
        out.slots(Op.MOV, d, STATUS, ZERO);
        if (enable == 0) {
            out.immediate(Op.ANDI, STATUS, STATUS, ~Cp0.STATUS_IE);
        } else {
            out.immediate(Op.ORI, STATUS, STATUS, Cp0.STATUS_IE);
        }
    }

    /** T1 = whether the machine must see it; bit 2, whether ERL changes. */
    private static void write(BlockBuilder out, int rt) {
        out.immediate(Op.ANDI, T0, rt, Cp0Writes.STATUS);
        out.immediate(Op.ANDI, T1, STATUS, ~Cp0Writes.STATUS);
        out.slots(Op.OR, T0, T0, T1);
        out.slots(Op.XOR, T1, T0, STATUS);
        out.slots(Op.MOV, STATUS, T0, ZERO);
        out.immediate(Op.ANDI, T1, T1, Cp0.STATUS_ERL);
        // User mode: neither EXL nor ERL, and not the kernel's KSU.
        out.immediate(Op.ANDI, T2, T0, EXL_ERL);
        out.slots(Op.SETEQ, T2, T2, ZERO);
        out.immediate(Op.ANDI, T3, T0, KSU);
        out.slots(Op.SETNE, T3, T3, ZERO);
        out.slots(Op.AND, T2, T2, T3);
        out.slots(Op.OR, T1, T1, T2);
        interruptDue(out, T0);
        out.slots(Op.OR, T1, T1, T0);
    }

    /** d = {@link Cp0#interruptDue}. */
    private static void interruptDue(BlockBuilder out, int d) {
        out.immediate(Op.ANDI, T2, STATUS, EXL_ERL | Cp0.STATUS_IE);
        out.immediate(Op.XORI, T2, T2, Cp0.STATUS_IE);
        out.slots(Op.SETEQ, T2, T2, ZERO);
        out.slots(Op.AND, T3, STATUS, CAUSE);
        out.immediate(Op.ANDI, T3, T3, 0xff00);
        out.slots(Op.SETNE, T3, T3, ZERO);
        out.slots(Op.AND, d, T2, T3);
    }
}
