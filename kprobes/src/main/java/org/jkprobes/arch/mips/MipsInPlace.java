package org.jkprobes.arch.mips;

import org.jkprobes.arch.Step;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.StepInPlace;

/** An instruction stepped where it stands: exceptions on purpose, exception returns, and what only kernel mode may do. */
final class MipsInPlace extends MipsProbed {
    private final StepInPlace stepper;

    MipsInPlace(Word word, StepInPlace stepper) {
        super(word);
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

    @Override
    public void restore(PtRegs regs, Step step) {
        step.toProbePoint(regs, address());
    }
}
