package org.jkprobes.gdb.target;

import java.util.HexFormat;
import org.jkprobes.arch.ProbedInstruction;
import org.jkprobes.arch.Slots;
import org.jkprobes.arch.Step;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.StepInPlace;

/** An instruction nobody has decoded, stepped where it stands. */
final class SteppedInstruction implements ProbedInstruction {
    private final long address;
    private final byte[] bytes;
    private final StepInPlace stepper;

    SteppedInstruction(long address, byte[] bytes, StepInPlace stepper) {
        this.address = address;
        this.bytes = bytes;
        this.stepper = stepper;
    }

    @Override
    public long address() {
        return address;
    }

    @Override
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public String disassembly() {
        return ".byte " + HexFormat.ofDelimiter(", ").withPrefix("0x").formatHex(bytes);
    }

    /** The stub has its own. */
    @Override
    public byte[] breakpoint() {
        return bytes;
    }

    @Override
    public void prepareSingleStep(PtRegs regs, Step step) {
        step.toProbePoint(regs, address);
        stepper.stepInPlace(regs);
    }

    /** Wherever it has led: nothing else can be announced as the end of a step in place. */
    @Override
    public boolean resume(PtRegs regs, Step step) {
        return true;
    }

    @Override
    public boolean owns(PtRegs regs, Step step) {
        return regs.pc() == address;
    }

    @Override
    public void restore(PtRegs regs, Step step) {
        step.toProbePoint(regs, address);
    }

    @Override
    public void remove(Slots slots) {}
}
