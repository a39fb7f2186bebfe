package org.jkprobes.arch.x86;

import java.util.OptionalLong;
import org.jkprobes.arch.Errno;
import org.jkprobes.arch.Unprobeable;
import org.jkprobes.isa.x86.X86Flow;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Op;
import org.jkprobes.isa.x86.X86Operand;

/** Which instructions may be probed, and which must be stepped where they stand. */
final class X86Rules {
    private static final int SS = 2;

    private X86Rules() {}

    static void check(X86Code code) throws Unprobeable {
        X86Instruction instruction = code.instruction();
        if (!instruction.isValid()) {
            throw code.refused(Errno.EILSEQ, "not an instruction");
        }
        if (instruction.op() == X86Op.INT3) {
            throw code.refused(Errno.EILSEQ, "a breakpoint of somebody else's is there");
        }
        if (instruction.flow() == X86Flow.INTERRUPT) {
            throw code.refused(Errno.EILSEQ, "its purpose is an exception");
        }
        if (instruction.flow() == X86Flow.UNDEFINED || instruction.lock() && !instruction.lockAllowed()) {
            throw code.refused(Errno.EILSEQ, "it always raises the exception of an invalid instruction");
        }
        if (loadsStackSegment(instruction)) {
            throw code.refused(
                    Errno.EINVAL,
                    "it loads ss, which holds off breakpoints until the next instruction is done",
                    OptionalLong.of(code.next()));
        }
        if (!instruction.canStep()) {
            throw code.refused(Errno.EOPNOTSUPP, "no copy of it does the same");
        }
    }

    private static boolean loadsStackSegment(X86Instruction instruction) {
        return (instruction.op() == X86Op.MOV_SEG || instruction.op() == X86Op.POP)
                && instruction.operand(0) instanceof X86Operand.Reg register
                && register.kind() == X86Operand.Kind.SEG
                && register.number() == SS;
    }

    /** Whether a slot would be wrong for it: it changes how the next fetch is done, or remembers where it was executed. */
    static boolean standsAlone(X86Code code) {
        X86Instruction instruction = code.instruction();
        return switch (instruction.op()) {
            case MOV_CR -> writes(instruction, X86Operand.Kind.CR);
            case MOV_DR -> writes(instruction, X86Operand.Kind.DR);
            case LMSW, WRMSR -> true;
            // The x87 unit keeps the address of its last instruction.
            default -> (code.bytes()[instruction.opcodeOffset()] & 0xf8) == 0xd8;
        };
    }

    private static boolean writes(X86Instruction instruction, X86Operand.Kind kind) {
        return instruction.operand(0) instanceof X86Operand.Reg register && register.kind() == kind;
    }
}
