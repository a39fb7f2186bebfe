package org.jkprobes.arch.x86;

import org.jkprobes.arch.Step;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.StepInPlace;

/** An instruction stepped where it stands. */
final class X86InPlace extends X86Probed {
    private final StepInPlace stepper;

    X86InPlace(X86Code code, StepInPlace stepper) {
        super(code);
        this.stepper = stepper;
    }

    @Override
    public void prepareSingleStep(PtRegs regs, Step step) {
        step.toProbePoint(regs, address());
        stepper.stepInPlace(regs);
    }

    /** Wherever it has led: nothing else can be announced as the end of a step in place. */
    @Override
    public boolean resume(PtRegs regs, Step step) {
        return true;
    }

    @Override
    public boolean owns(PtRegs regs, Step step) {
        return regs.pc() == address();
    }
}
