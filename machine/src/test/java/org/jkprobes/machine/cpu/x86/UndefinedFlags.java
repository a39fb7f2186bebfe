package org.jkprobes.machine.cpu.x86;

import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Operand;

/** Which arithmetic flags the manual leaves undefined after an instruction. (SDM vol. 2 and vol. 1, appendix A.) */
final class UndefinedFlags {
    private static final int RESULT = Flags.SF | Flags.ZF | Flags.PF;

    private UndefinedFlags() {}

    /** Of all cases of an instruction. */
    static int of(X86Instruction i) {
        return switch (i.op()) {
            case AND, OR, XOR, TEST -> Flags.AF;
            case SHL, SAL, SHR -> Flags.AF | (isOne(i) ? 0 : Flags.OF | (i.operandBits() < 32 ? Flags.CF : 0));
            case SAR -> Flags.AF | (isOne(i) ? 0 : Flags.OF);
            case SHLD, SHRD -> Flags.AF | Flags.OF | (i.operandBits() == 16 ? Flags.CF | RESULT : 0);
            case ROL, ROR, RCL, RCR -> isOne(i) ? 0 : Flags.OF;
            case MUL, IMUL -> Flags.AF | RESULT;
            case DIV, IDIV -> Flags.ALL;
            case BSF, BSR, TZCNT, LZCNT -> Flags.ALL & ~Flags.ZF;
            case BT, BTS, BTR, BTC -> Flags.ALL & ~(Flags.CF | Flags.ZF);
            case AAA, AAS -> Flags.OF | RESULT;
            case DAA, DAS -> Flags.OF;
            case AAM, AAD -> Flags.OF | Flags.AF | Flags.CF;
            default -> 0;
        };
    }

    private static boolean isOne(X86Instruction i) {
        return i.operand(1) instanceof X86Operand.Imm count && count.value() == 1;
    }

    /** Whether even the result may be undefined. */
    static boolean everything(X86Instruction i) {
        return switch (i.op()) {
            // By more than the operand has.
            case SHLD, SHRD ->
                i.operandBits() == 16 && (!(i.operand(2) instanceof X86Operand.Imm count) || (count.value() & 31) > 16);
            default -> false;
        };
    }
}
