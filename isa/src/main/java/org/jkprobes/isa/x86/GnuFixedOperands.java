package org.jkprobes.isa.x86;

import java.util.List;
import java.util.Optional;

/** Operands that are no part of the encoding but shown by objdump, and one that is and is not shown. */
final class GnuFixedOperands {
    private static final List<String> PREDICATES = List.of("eq", "lt", "le", "unord", "neq", "nlt", "nle", "ord");

    private GnuFixedOperands() {}

    static String of(X86Instruction instruction) {
        int bits = instruction.addressBits();
        return switch (instruction.op()) {
            case MONITOR, MONITORX -> RegisterNames.general(0, bits) + ",%ecx,%edx";
            case MWAIT -> "%eax,%ecx";
            case MWAITX -> "%eax,%ecx,%ebx";
            case NOP -> isExchange(instruction) ? exchange(instruction) : "";
            default -> "";
        };
    }

    private static String exchange(X86Instruction instruction) {
        String accumulator = RegisterNames.general(0, instruction.operandBits());
        return accumulator + "," + accumulator;
    }

    /** Whether it is the no-operation of one byte with an operand size prefix: an exchange of a register with itself. */
    static boolean isExchange(X86Instruction instruction) {
        boolean own = instruction.operandBits() == 16 == (instruction.mode() == X86Mode.BITS16);
        return instruction.operandCount() == 0 && !own;
    }

    /** The name of what a comparison of SSE tests for, which stands for its immediate operand. */
    static Optional<String> predicate(X86Instruction instruction) {
        return switch (instruction.op()) {
            case CMPPS, CMPPD, CMPSS, CMPSD -> {
                long value = ((X86Operand.Imm) instruction.operand(2)).value();
                yield value >= 0 && value < PREDICATES.size()
                        ? Optional.of(PREDICATES.get((int) value))
                        : Optional.empty();
            }
            default -> Optional.empty();
        };
    }
}
