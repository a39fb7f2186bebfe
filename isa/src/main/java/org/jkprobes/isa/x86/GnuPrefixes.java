package org.jkprobes.isa.x86;

/** Prefixes that objdump prints before the mnemonic: those without effect on the operands, and lock and repeat. */
final class GnuPrefixes {
    private static final String[] SEGMENTS = {"es", "cs", "ss", "ds", "fs", "gs"};

    private GnuPrefixes() {}

    /** Whether the segment override shows in the operand. */
    static boolean showsSegment(X86Instruction instruction) {
        int segment = instruction.segmentOverride();
        return segment >= 4 || segment >= 0 && instruction.mode() != X86Mode.BITS64;
    }

    /** Prints the prefixes, each with a space after it. */
    static void print(StringBuilder text, X86Instruction instruction, byte[] code, int offset) {
        int end = instruction.opcodeOffset();
        for (int i = 0; i < end; i++) {
            int prefix = code[offset + i] & 0xff;
            boolean last = true;
            for (int later = i + 1; later < end; later++) {
                last &= (code[offset + later] & 0xff) != prefix;
            }
            String name = name(instruction, prefix, last, i == end - 1);
            if (!name.isEmpty()) {
                text.append(name).append(' ');
            }
        }
    }

    private static String name(X86Instruction instruction, int prefix, boolean last, boolean beforeOpcode) {
        boolean mandatory = (instruction.row().mask() & 3 << Row.PREFIX) != 0;
        int matched = instruction.row().value() >> Row.PREFIX & 3;
        return switch (prefix) {
            case 0xf0 -> "lock";
            case 0x66 -> operandSize(instruction, last, mandatory && matched == 1);
            case 0x67 ->
                last && usesAddressSize(instruction) ? "" : instruction.mode() == X86Mode.BITS32 ? "addr16" : "addr32";
            case 0xf3 -> mandatory && matched == 2 && last ? "" : repeat(instruction, "repz");
            case 0xf2 -> mandatory && matched == 3 && last ? "" : repeat(instruction, "repnz");
            case 0x26, 0x2e, 0x36, 0x3e -> segment(instruction, prefix >> 3 & 3, last);
            case 0x64, 0x65 -> segment(instruction, prefix & 7, last);
            default -> rex(instruction, prefix, beforeOpcode);
        };
    }

    private static String operandSize(X86Instruction instruction, boolean last, boolean mandatory) {
        // REX.W goes before it.
        boolean effective = usesOperandSize(instruction) && (instruction.rex() & 8) == 0;
        if (last && (mandatory || effective)) {
            return "";
        }
        return instruction.mode() == X86Mode.BITS16 ? "data32" : "data16";
    }

    private static String repeat(X86Instruction instruction, String plain) {
        return switch (instruction.op()) {
            case MOVS, STOS, LODS, INS, OUTS -> plain.equals("repz") ? "rep" : plain;
            case CALL, JMP, RET, JCC -> plain.equals("repnz") ? "bnd" : plain;
            default -> plain;
        };
    }

    private static String segment(X86Instruction instruction, int segment, boolean last) {
        boolean used =
                last && segment == instruction.segmentOverride() && showsSegment(instruction) && hasMemory(instruction);
        if (!used && segment == 3 && isIndirect(instruction)) {
            return "notrack";
        }
        return used ? "" : SEGMENTS[segment];
    }

    private static boolean isIndirect(X86Instruction instruction) {
        return instruction.flow() == X86Flow.INDIRECT_CALL || instruction.flow() == X86Flow.INDIRECT_JUMP;
    }

    private static boolean hasMemory(X86Instruction instruction) {
        for (int i = 0; i < instruction.operandCount(); i++) {
            if (instruction.operand(i) instanceof X86Operand.Mem) {
                return true;
            }
        }
        return false;
    }

    private static boolean usesAddressSize(X86Instruction instruction) {
        return switch (instruction.op()) {
            case JCXZ, LOOP, LOOPE, LOOPNE -> true;
            default -> hasMemory(instruction);
        };
    }

    private static boolean usesOperandSize(X86Instruction instruction) {
        return switch (instruction.op()) {
            case CBW,
                    CWD,
                    PUSHF,
                    POPF,
                    PUSHA,
                    POPA,
                    IRET,
                    RET_FAR,
                    ENTER,
                    LEAVE,
                    LGDT,
                    LIDT,
                    SGDT,
                    SIDT,
                    NOP,
                    FLDENV,
                    FNSTENV,
                    FRSTOR,
                    FNSAVE -> true;
            case RET, JCC -> instruction.mode() != X86Mode.BITS64;
            case CALL, JMP -> instruction.mode() != X86Mode.BITS64;
            case PUSH, POP, CALL_FAR, JMP_FAR -> true;
            default -> instruction.row().operands().stream().anyMatch(OperandSpec::isOperandSized);
        };
    }

    /** A REX prefix all of whose bits have an effect is not shown. */
    private static String rex(X86Instruction instruction, int prefix, boolean beforeOpcode) {
        int used = beforeOpcode ? RexUse.of(instruction) : 0;
        int bits = prefix & 15;
        boolean plain = bits == 0 && (used & 0x40) != 0;
        if (plain || bits != 0 && (bits & ~used) == 0) {
            return "";
        }
        StringBuilder name = new StringBuilder(bits == 0 ? "rex" : "rex.");
        for (int i = 3; i >= 0; i--) {
            if ((bits >> i & 1) != 0) {
                name.append("BXRW".charAt(i));
            }
        }
        return name.toString();
    }
}
