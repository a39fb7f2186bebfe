package org.jkprobes.arch.x86;

import org.jkprobes.arch.ProbedInstruction;
import org.jkprobes.arch.Slots;
import org.jkprobes.arch.Step;
import org.jkprobes.target.PtRegs;

/** What the ways of getting an x86 instruction done have in common. */
abstract sealed class X86Probed implements ProbedInstruction permits X86Slotted, X86InPlace, X86Branch {
    private static final byte[] INT3 = {(byte) 0xcc};

    final X86Code code;
    final X86Layout layout;

    X86Probed(X86Code code) {
        this.code = code;
        this.layout = code.layout();
    }

    @Override
    public final long address() {
        return code.address();
    }

    @Override
    public final byte[] bytes() {
        return code.bytes();
    }

    @Override
    public final String disassembly() {
        return code.disassembly();
    }

    @Override
    public final byte[] breakpoint() {
        return INT3;
    }

    @Override
    public void restore(PtRegs regs, Step step) {
        step.toProbePoint(regs, address());
    }

    @Override
    public void remove(Slots slots) {}

    /** The value of a general register by its number in instructions. */
    final long gpr(PtRegs regs, int number) {
        return regs.get(layout.gpr(number));
    }

    final void gpr(PtRegs regs, int number, long value) {
        regs.set(layout.gpr(number), value);
    }
}
