package org.jkprobes.arch.x86;

import org.jkprobes.arch.Step;
import org.jkprobes.isa.x86.X86Operand;
import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;

/**
 * A near call. The slot pushes: the return address where an immediate can hold it; the memory operand, which is the target, for {@code
 * call *memory}. So faults of the operand and of the stack come as they would, and in their order.
 */
final class X86Call extends X86Slotted {
    private final StackWord stack;
    private final boolean pushesNext;
    private final long target;
    private final int register;

    X86Call(X86Code code, X86Copy copy, long slot, Memory memory) {
        super(code, copy, slot);
        stack = new StackWord(layout, memory);
        X86Operand operand = code.instruction().operand(0);
        pushesNext = !(operand instanceof X86Operand.Mem) && X86Copy.pushesNext(code);
        target = operand instanceof X86Operand.Rel ? code.instruction().target(code.address()) : 0;
        register = operand instanceof X86Operand.Reg reg ? reg.number() : -1;
    }

    static X86Copy copy(X86Code code) {
        return code.instruction().operand(0) instanceof X86Operand.Mem ? X86Copy.pushOperand(code) : X86Copy.push(code);
    }

    @Override
    void finish(PtRegs regs, Step step) {
        long stackPointer = regs.stackPointer();
        long to = switch (code.instruction().operand(0)) {
            // As it was before the push.
            case X86Operand.Reg reg when register == X86Layout.RSP -> stackPointer + layout.wordBytes();
            case X86Operand.Reg reg -> gpr(regs, register);
            case X86Operand.Mem pushed -> stack.read(stackPointer, 0);
            default -> target;
        };
        if (!pushesNext) {
            stack.write(stackPointer, code.next());
        }
        regs.pc(to);
    }
}
