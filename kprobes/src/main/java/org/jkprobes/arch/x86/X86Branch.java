package org.jkprobes.arch.x86;

import org.jkprobes.arch.Step;
import org.jkprobes.isa.x86.X86Flags;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Operand;
import org.jkprobes.target.PtRegs;

/** A jump that depends on registers only, decided here: {@code jmp}, {@code jcc}, {@code loop}, {@code jcxz}, {@code jmp *%reg}. */
final class X86Branch extends X86Probed {
    private final long target;
    private final int register;

    X86Branch(X86Code code) {
        super(code);
        boolean relative = code.instruction().operand(0) instanceof X86Operand.Rel;
        target = relative ? code.instruction().target(code.address()) : 0;
        register = code.instruction().operand(0) instanceof X86Operand.Reg reg ? reg.number() : -1;
    }

    @Override
    public boolean emulate(PtRegs regs, Step step) {
        if (register >= 0) {
            regs.pc(gpr(regs, register));
        } else {
            regs.pc(taken(regs) ? target : code.next());
        }
        return true;
    }

    private boolean taken(PtRegs regs) {
        X86Instruction instruction = code.instruction();
        int flags = (int) regs.get(layout.flags());
        return switch (instruction.op()) {
            case JMP -> true;
            case JCC -> X86Flags.holds(instruction.condition(), flags);
            case JCXZ -> count(regs) == 0;
            case LOOP -> countDown(regs) != 0;
            case LOOPE -> countDown(regs) != 0 && (flags & X86Flags.ZF) != 0;
            case LOOPNE -> countDown(regs) != 0 && (flags & X86Flags.ZF) == 0;
            default -> throw new AssertionError(instruction.op());
        };
    }

    /** The counter, of the address size. */
    private long count(PtRegs regs) {
        return cut(gpr(regs, X86Layout.RCX));
    }

    private long cut(long value) {
        int bits = code.instruction().addressBits();
        return bits == 64 ? value : value & (1L << bits) - 1;
    }

    /** Decrements the counter; one of 32 bits clears the upper half, one of 16 bits leaves all above. Returns what it is now. */
    private long countDown(PtRegs regs) {
        long all = gpr(regs, X86Layout.RCX);
        long count = cut(all - 1);
        gpr(regs, X86Layout.RCX, code.instruction().addressBits() == 16 ? all & ~0xffffL | count : count);
        return count;
    }

    @Override
    public void prepareSingleStep(PtRegs regs, Step step) {
        throw new AssertionError("a branch is always emulated");
    }

    @Override
    public boolean resume(PtRegs regs, Step step) {
        return false;
    }

    @Override
    public boolean owns(PtRegs regs, Step step) {
        return false;
    }
}
