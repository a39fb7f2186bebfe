package org.jkprobes;

import org.jkprobes.arch.ProbedInstruction;
import org.jkprobes.arch.Slots;
import org.jkprobes.arch.Step;
import org.jkprobes.target.PtRegs;

/** Where there is no instruction yet. Never stepped. */
enum NoInstruction implements ProbedInstruction {
    NONE;

    private static final byte[] NO_BYTES = {};

    @Override
    public long address() {
        return 0;
    }

    @Override
    public byte[] bytes() {
        return NO_BYTES;
    }

    @Override
    public String disassembly() {
        return "";
    }

    @Override
    public byte[] breakpoint() {
        return NO_BYTES;
    }

    @Override
    public void prepareSingleStep(PtRegs regs, Step step) {}

    @Override
    public boolean resume(PtRegs regs, Step step) {
        return false;
    }

    @Override
    public boolean owns(PtRegs regs, Step step) {
        return false;
    }

    @Override
    public void restore(PtRegs regs, Step step) {}

    @Override
    public void remove(Slots slots) {}
}
