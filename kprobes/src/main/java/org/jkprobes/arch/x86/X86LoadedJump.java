package org.jkprobes.arch.x86;

import org.jkprobes.arch.Step;
import org.jkprobes.target.PtRegs;

/** {@code jmp *memory}. The slot loads the target to rax, which is put back: the guest's stack is not touched. */
final class X86LoadedJump extends X86Slotted {
    X86LoadedJump(X86Code code, X86Copy copy, long slot) {
        super(code, copy, slot);
    }

    @Override
    public void prepareSingleStep(PtRegs regs, Step step) {
        step.saved = gpr(regs, X86Layout.RAX);
        super.prepareSingleStep(regs, step);
    }

    @Override
    void finish(PtRegs regs, Step step) {
        long to = gpr(regs, X86Layout.RAX);
        gpr(regs, X86Layout.RAX, step.saved);
        regs.pc(to);
    }
}
