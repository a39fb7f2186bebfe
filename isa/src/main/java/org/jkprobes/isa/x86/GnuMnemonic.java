package org.jkprobes.isa.x86;

import java.util.EnumSet;
import java.util.Set;

/** Mnemonics as objdump prints them, with the suffix that gives the size of memory where no register does. */
final class GnuMnemonic {
    private static final String[] CONDITIONS = {
        "o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"
    };

    /** Instructions whose memory operand has a suffix unless a register tells the size. */
    private static final Set<X86Op> SUFFIXED = EnumSet.of(
            X86Op.ADD,
            X86Op.OR,
            X86Op.ADC,
            X86Op.SBB,
            X86Op.AND,
            X86Op.SUB,
            X86Op.XOR,
            X86Op.CMP,
            X86Op.TEST,
            X86Op.MOV,
            X86Op.INC,
            X86Op.DEC,
            X86Op.NOT,
            X86Op.NEG,
            X86Op.MUL,
            X86Op.IMUL,
            X86Op.DIV,
            X86Op.IDIV,
            X86Op.ROL,
            X86Op.ROR,
            X86Op.RCL,
            X86Op.RCR,
            X86Op.SHL,
            X86Op.SHR,
            X86Op.SAL,
            X86Op.SAR,
            X86Op.BT,
            X86Op.BTS,
            X86Op.BTR,
            X86Op.BTC,
            X86Op.NOP);

    /** Those that have a form of their own for REX.W. */
    private static final Set<X86Op> WIDE64 = EnumSet.of(
            X86Op.FXSAVE,
            X86Op.FXRSTOR,
            X86Op.XSAVE,
            X86Op.XRSTOR,
            X86Op.XSAVEOPT,
            X86Op.XSAVEC,
            X86Op.XSAVES,
            X86Op.XRSTORS);

    /** Those whose suffix shows only what is not the mode's own size. */
    private static final Set<X86Op> MODE_SIZED = EnumSet.of(
            X86Op.PUSH,
            X86Op.POP,
            X86Op.PUSHF,
            X86Op.POPF,
            X86Op.PUSHA,
            X86Op.POPA,
            X86Op.CALL,
            X86Op.JMP,
            X86Op.RET,
            X86Op.LEAVE,
            X86Op.ENTER);

    private GnuMnemonic() {}

    static String of(X86Instruction instruction) {
        X86Op op = instruction.op();
        String given = instruction.row().mnemonic();
        String base = given.isEmpty() ? op.lowerName() : given;
        int bits = instruction.operandBits();
        return switch (op) {
            case JCC -> "j" + CONDITIONS[instruction.condition()];
            case SETCC -> "set" + CONDITIONS[instruction.condition()];
            case CMOVCC -> "cmov" + CONDITIONS[instruction.condition()];
            case CBW -> bits == 16 ? "cbtw" : bits == 32 ? "cwtl" : "cltq";
            case CWD -> bits == 16 ? "cwtd" : bits == 32 ? "cltd" : "cqto";
            case MOVS, CMPS, INS, OUTS ->
                base + suffix(op == X86Op.INS || op == X86Op.OUTS ? Math.min(bits, 32) : bits);
            case MOVZX -> "movz" + suffix(instruction.operand(1).bits()) + suffix(bits);
            case MOVSX -> "movs" + suffix(instruction.operand(1).bits()) + suffix(bits);
            case MOVSXD -> bits == 64 ? "movslq" : "movsxd";
            case MOV_SEG, MOV_CR, MOV_DR, MOV_TR -> "mov";
            case MOV -> mov(instruction);
            case CALL_FAR, JMP_FAR -> (op == X86Op.CALL_FAR ? "lcall" : "ljmp") + odd(bits, instruction.mode());
            case RET_FAR -> "lret" + (bits == 64 ? "q" : odd(bits, instruction.mode()));
            case IRET -> "iret" + (bits == 64 ? "q" : odd(bits, instruction.mode()));
            case SYSRET -> instruction.mode() == X86Mode.BITS64 ? "sysret" + suffix(bits == 64 ? 64 : 32) : base;
            case SYSEXIT -> instruction.mode() == X86Mode.BITS64 ? base + suffix(bits == 64 ? 64 : 32) : base;
            case JCXZ -> instruction.addressBits() == 64 ? "jrcxz" : instruction.addressBits() == 32 ? "jecxz" : "jcxz";
            case LGDT, LIDT, SGDT, SIDT -> instruction.mode() == X86Mode.BITS64 ? base : base + suffix(bits);
            case CRC32 -> instruction.operand(1).bits() == 8 ? "crc32b" : base + memoryOnlySuffix(instruction, 1);
            case FNENI -> "fneni(8087 only)";
            case FNDISI -> "fndisi(8087 only)";
            case FNSETPM -> "fnsetpm(287 only)";
            case FRSTPM -> "frstpm(287 only)";
            case FLDENV, FNSTENV, FRSTOR, FNSAVE -> base + stateSuffix(instruction);
            case RDSSP, INCSSP, WRSS, WRUSS -> base + (instruction.operand(0).bits() == 64 ? "q" : "d");
            case CMPPS, CMPPD, CMPSS, CMPSD -> comparison(instruction, base);
            case CVTSI2SS, CVTSI2SD ->
                instruction.mode() == X86Mode.BITS64 ? base + memoryOnlySuffix(instruction, 1) : base;
            case PTWRITE -> instruction.mode() == X86Mode.BITS64 ? base + memoryOnlySuffix(instruction, 0) : base;
            case NOP -> nop(instruction);
            case SALC, FWAIT, XLAT -> base;
            case SAL -> "shl" + memorySuffix(instruction);
            default -> other(base, instruction);
        };
    }

    private static String other(String base, X86Instruction instruction) {
        X86Op op = instruction.op();
        if (SUFFIXED.contains(op)) {
            return base + memorySuffix(instruction);
        }
        if (MODE_SIZED.contains(op)) {
            return base + modeSuffix(instruction);
        }
        if (WIDE64.contains(op)) {
            return (instruction.rex() & 8) != 0 ? base + "64" : base;
        }
        if (base.charAt(0) == 'f'
                && instruction.operandCount() == 1
                && instruction.operand(0).bits() > 0) {
            return base + floatSuffix(instruction);
        }
        return base;
    }

    private static String mov(X86Instruction instruction) {
        boolean wide = instruction.displacementSize() == 8 || instruction.immediateSize() == 8;
        return wide ? "movabs" : "mov" + memorySuffix(instruction);
    }

    private static String nop(X86Instruction instruction) {
        if (instruction.operandCount() > 0) {
            return "nop" + memorySuffix(instruction);
        }
        return GnuFixedOperands.isExchange(instruction) ? "xchg" : "nop";
    }

    /** Comparisons of SSE, whose eight predicates are part of the name. */
    private static String comparison(X86Instruction instruction, String base) {
        return GnuFixedOperands.predicate(instruction)
                .map(name -> "cmp" + name + base.substring(3))
                .orElse(base);
    }

    /** What saves and restores the state of the x87 shows when its layout is not the mode's own. */
    private static String stateSuffix(X86Instruction instruction) {
        int own = instruction.mode() == X86Mode.BITS16 ? 16 : 32;
        int bits = Math.min(instruction.operandBits(), 32);
        return bits == own ? "" : bits == 16 ? "s" : "l";
    }

    private static String memorySuffix(X86Instruction instruction) {
        X86Operand memory = null;
        for (int i = 0; i < instruction.operandCount(); i++) {
            switch (instruction.operand(i)) {
                case X86Operand.Mem mem -> memory = mem;
                case X86Operand.Reg reg -> {
                    // A shift's count tells nothing about the size of what is shifted, nor an XMM register about an
                    // integer.
                    boolean count = instruction.row().operands().get(i).equals(OperandSpec.CL);
                    if (!count && reg.kind() == X86Operand.Kind.GPR) {
                        return "";
                    }
                }
                default -> {}
            }
        }
        return memory == null ? "" : suffix(memory.bits());
    }

    private static String memoryOnlySuffix(X86Instruction instruction, int operand) {
        return instruction.operand(operand) instanceof X86Operand.Mem memory ? suffix(memory.bits()) : "";
    }

    private static String modeSuffix(X86Instruction instruction) {
        boolean register = instruction.operandCount() > 0
                && instruction.operand(0) instanceof X86Operand.Reg reg
                && reg.kind() == X86Operand.Kind.GPR;
        return register ? "" : odd(instruction.operandBits(), instruction.mode());
    }

    /** The suffix of a size that is not the mode's own. */
    private static String odd(int bits, X86Mode mode) {
        if (mode == X86Mode.BITS16) {
            return bits == 32 ? "l" : "";
        }
        return bits == 16 ? "w" : "";
    }

    private static String floatSuffix(X86Instruction instruction) {
        if (!(instruction.operand(0) instanceof X86Operand.Mem memory)) {
            return "";
        }
        boolean integer = instruction.op().name().startsWith("FI");
        return switch (instruction.op()) {
            case FLDCW, FNSTCW, FNSTSW, FBLD, FBSTP -> "";
            default ->
                switch (memory.bits()) {
                    case 16 -> "s";
                    case 32 -> integer ? "l" : "s";
                    case 64 -> integer ? "ll" : "l";
                    default -> "t";
                };
        };
    }

    private static String suffix(int bits) {
        return switch (bits) {
            case 8 -> "b";
            case 16 -> "w";
            case 32 -> "l";
            default -> "q";
        };
    }
}
