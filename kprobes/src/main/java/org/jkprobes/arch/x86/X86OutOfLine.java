package org.jkprobes.arch.x86;

import org.jkprobes.arch.Step;
import org.jkprobes.target.PtRegs;

/** An instruction whose copy does the same. */
final class X86OutOfLine extends X86Slotted {
    private final boolean boosts;

    X86OutOfLine(X86Code code, X86Copy copy, long slot, boolean boosts) {
        super(code, copy, slot);
        this.boosts = boosts;
    }

    @Override
    void finish(PtRegs regs, Step step) {
        regs.pc(code.next());
    }

    @Override
    public boolean boost(PtRegs regs, Step step) {
        if (boosts) {
            regs.pc(slot + X86Copy.BOOSTED);
        }
        return boosts;
    }

    @Override
    public boolean owns(PtRegs regs, Step step) {
        return super.owns(regs, step) || boosts && regs.pc() == slot + X86Copy.BOOSTED;
    }
}
