package org.jkprobes.arch.x86;

import org.jkprobes.arch.Slots;
import org.jkprobes.arch.Step;
import org.jkprobes.target.PtRegs;

/** An instruction of which a slot does all or a part: what is left is done in {@link #finish}, the seeds' {@code resume_execution}. */
abstract sealed class X86Slotted extends X86Probed
        permits X86OutOfLine, X86Call, X86Return, X86LoadedJump, X86FarReturn {
    final long slot;
    private final int copyBytes;

    X86Slotted(X86Code code, X86Copy copy, long slot) {
        super(code);
        this.slot = slot;
        copyBytes = copy.length();
    }

    @Override
    public void prepareSingleStep(PtRegs regs, Step step) {
        regs.pc(slot);
    }

    @Override
    public final boolean resume(PtRegs regs, Step step) {
        if (regs.pc() != slot + copyBytes) {
            return false;
        }
        finish(regs, step);
        return true;
    }

    /** The copy is done. */
    abstract void finish(PtRegs regs, Step step);

    @Override
    public boolean owns(PtRegs regs, Step step) {
        return regs.pc() == slot;
    }

    @Override
    public final void remove(Slots slots) {
        slots.give(slot);
    }
}
