package org.jkprobes.isa.x86;

import java.util.EnumSet;
import java.util.Set;

/** Properties of instructions that are neither operands nor flags. */
final class Properties {
    private static final Set<X86Op> LOCKABLE = EnumSet.of(
            X86Op.ADD,
            X86Op.OR,
            X86Op.ADC,
            X86Op.SBB,
            X86Op.AND,
            X86Op.SUB,
            X86Op.XOR,
            X86Op.INC,
            X86Op.DEC,
            X86Op.NOT,
            X86Op.NEG,
            X86Op.BTS,
            X86Op.BTR,
            X86Op.BTC,
            X86Op.XCHG,
            X86Op.XADD,
            X86Op.CMPXCHG,
            X86Op.CMPXCHG8B,
            X86Op.CMPXCHG16B);

    private static final Set<X86Op> STRING =
            EnumSet.of(X86Op.MOVS, X86Op.STOS, X86Op.LODS, X86Op.SCAS, X86Op.CMPS, X86Op.INS, X86Op.OUTS);

    private static final Set<X86Op> CONDITIONAL = EnumSet.of(X86Op.JCC, X86Op.SETCC, X86Op.CMOVCC);

    /** A breakpoint's own instructions, and those that are meant to raise an exception at their own address. */
    private static final Set<X86Op> NOT_STEPPED = EnumSet.of(
            X86Op.INT3, X86Op.INT1, X86Op.INT, X86Op.INTO, X86Op.UD0, X86Op.UD1, X86Op.UD2, X86Op.XBEGIN, X86Op.RSM);

    /** Their effect shows the trap flag, the interrupt flag or a pending interrupt. */
    private static final Set<X86Op> NOT_BOOSTED =
            EnumSet.of(X86Op.PUSHF, X86Op.POPF, X86Op.CLI, X86Op.STI, X86Op.XABORT, X86Op.XEND);

    private Properties() {}

    static boolean isLockable(X86Op op) {
        return LOCKABLE.contains(op);
    }

    static boolean isString(X86Op op) {
        return STRING.contains(op);
    }

    static boolean isConditional(X86Op op) {
        return CONDITIONAL.contains(op);
    }

    /**
     * Whether it cannot be stepped out of line. A load of ss holds traps off until the next instruction is done, so that the step
     * would end one instruction late.
     */
    static boolean refusesStep(X86Instruction instruction) {
        X86Op op = instruction.op();
        boolean loads = op == X86Op.MOV_SEG || op == X86Op.POP;
        return NOT_STEPPED.contains(op)
                || loads
                        && instruction.operand(0) instanceof X86Operand.Reg reg
                        && reg.kind() == X86Operand.Kind.SEG
                        && reg.number() == 2;
    }

    static boolean refusesBoost(X86Op op) {
        return NOT_BOOSTED.contains(op);
    }
}
