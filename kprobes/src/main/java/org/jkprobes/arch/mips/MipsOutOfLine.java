package org.jkprobes.arch.mips;

import org.jkprobes.arch.Slots;
import org.jkprobes.arch.Step;
import org.jkprobes.target.PtRegs;

/**
 * Single-step out of line, as in the MIPS seed: the slot holds the instruction and {@code break 5}. No MIPS instruction but branches
 * depends on its own address, so the copy needs no change. In a delay slot the copy runs with no branch pending; the branch is taken
 * when it is done.
 */
final class MipsOutOfLine extends MipsProbed {
    private final long slot;

    MipsOutOfLine(Word word, long slot) {
        super(word);
        this.slot = slot;
    }

    @Override
    public void prepareSingleStep(PtRegs regs, Step step) {
        regs.pc(slot);
    }

    @Override
    public boolean resume(PtRegs regs, Step step) {
        if (regs.pc() != slot + MipsArch.INSTRUCTION_BYTES) {
            return false;
        }
        step.behindProbePoint(regs, next());
        return true;
    }

    @Override
    public boolean owns(PtRegs regs, Step step) {
        return regs.pc() == slot;
    }

    @Override
    public void restore(PtRegs regs, Step step) {
        step.toProbePoint(regs, address());
    }

    @Override
    public void remove(Slots slots) {
        slots.give(slot);
    }
}
