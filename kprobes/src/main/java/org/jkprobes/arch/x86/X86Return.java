package org.jkprobes.arch.x86;

import org.jkprobes.arch.Step;
import org.jkprobes.isa.x86.X86Operand;
import org.jkprobes.target.PtRegs;

/** {@code ret}, also with an operand. The slot pops the return address to rax, which is put back. */
final class X86Return extends X86Slotted {
    private final int released;

    X86Return(X86Code code, X86Copy copy, long slot) {
        super(code, copy, slot);
        released = released(code);
    }

    /** Bytes of arguments that a return takes off the stack. */
    static int released(X86Code code) {
        return code.instruction().operandCount() > 0 && code.instruction().operand(0) instanceof X86Operand.Imm bytes
                ? (int) bytes.value() & 0xffff
                : 0;
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
        gpr(regs, X86Layout.RSP, regs.stackPointer() + released);
        regs.pc(to);
    }
}
