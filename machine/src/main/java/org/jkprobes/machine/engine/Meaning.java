package org.jkprobes.machine.engine;

import org.jspecify.annotations.Nullable;

/**
 * The method of {@link Arithmetic} that a micro-op is.
 *
 * @param operands its parameters, in their order: slots {@code d}, {@code a}, {@code b}, the number {@code c}, the immediate {@code i}
 */
record Meaning(String method, String operands) {
    /** That of a straight-line micro-op that writes d and does nothing else; null if it is none. */
    static @Nullable Meaning of(int op) {
        return switch (op) {
            case Op.ADD -> slots("add");
            case Op.SUB -> slots("sub");
            case Op.AND -> slots("and");
            case Op.OR -> slots("or");
            case Op.XOR -> slots("xor");
            case Op.NOR -> slots("nor");
            case Op.SHL -> slots("shl");
            case Op.SHR -> slots("shr");
            case Op.SAR -> slots("sar");
            case Op.ROR -> slots("ror");
            case Op.MUL -> slots("mul");
            case Op.SETLT -> slots("setlt");
            case Op.SETLTU -> slots("setltu");
            case Op.MOVZ -> new Meaning("movz", "dab");
            case Op.MOVN -> new Meaning("movn", "dab");
            case Op.ADDI -> immediate("add");
            case Op.ANDI -> immediate("and");
            case Op.ORI -> immediate("or");
            case Op.XORI -> immediate("xor");
            case Op.SHLI -> immediate("shl");
            case Op.SHRI -> immediate("shr");
            case Op.SARI -> immediate("sar");
            case Op.RORI -> immediate("ror");
            case Op.SETLTI -> immediate("setlt");
            case Op.SETLTUI -> immediate("setltu");
            case Op.MOV -> slot("mov");
            case Op.CONST -> new Meaning("mov", "i");
            case Op.SEXT8 -> slot("sext8");
            case Op.SEXT16 -> slot("sext16");
            case Op.EXT -> immediate("ext");
            case Op.INS -> new Meaning("ins", "dai");
            case Op.SETEQ -> slots("seteq");
            case Op.SETNE -> slots("setne");
            case Op.ADD_SCALED -> new Meaning("addScaled", "abc");
            case Op.MULS64 -> slots("muls64");
            case Op.MULU64 -> slots("mulu64");
            case Op.DIVS -> slots("divs");
            case Op.REMS -> slots("rems");
            case Op.DIVU -> slots("divu");
            case Op.REMU -> slots("remu");
            case Op.CLZ -> slot("clz");
            case Op.CLO -> slot("clo");
            case Op.SWAP_HALF_BYTES -> slot("swapHalfBytes");
            case Op.ADD64 -> slots("add64");
            case Op.SUB64 -> slots("sub64");
            case Op.SHRI64 -> immediate("shr64");
            case Op.JOIN -> slots("join");
            case Op.MERGE_LEFT -> new Meaning("mergeLeft", "dab");
            case Op.MERGE_RIGHT -> new Meaning("mergeRight", "dab");
            case Op.ADD_OVERFLOWS -> slots("addOverflows");
            case Op.SUB_OVERFLOWS -> slots("subOverflows");
            case Op.AND64 -> slots("and64");
            case Op.OR64 -> slots("or64");
            case Op.XOR64 -> slots("xor64");
            case Op.ADDI64 -> immediate("add64");
            case Op.ANDI64 -> immediate("and64");
            case Op.MOV64 -> new Meaning("", "a");
            case Op.CONST64 -> new Meaning("", "i");
            case Op.SHLI64 -> immediate("shl64");
            case Op.SARI64 -> immediate("sar64");
            case Op.SEXT32 -> slot("sext32");
            case Op.PUT -> new Meaning("put", "dai");
            case Op.SEXT_FIELD -> immediate("sextField");
            case Op.MOVN64 -> new Meaning("movn64", "dab");
            case Op.SETLT64 -> slots("setlt64");
            case Op.SETLTU64 -> slots("setltu64");
            case Op.SETEQ64 -> slots("seteq64");
            case Op.SETNE64 -> slots("setne64");
            case Op.ROLI64 -> immediate("rol64");
            case Op.MUL64 -> slots("mul64");
            case Op.SHL64 -> slots("shl64");
            case Op.SHR64 -> slots("shr64");
            case Op.SAR64 -> slots("sar64");
            case Op.SWAP32 -> slot("swap32");
            case Op.SWAP64 -> slot("swap64");
            case Op.CONST_HIGH -> new Meaning("constHigh", "di");
            default -> null;
        };
    }

    private static Meaning slot(String method) {
        return new Meaning(method, "a");
    }

    private static Meaning slots(String method) {
        return new Meaning(method, "ab");
    }

    private static Meaning immediate(String method) {
        return new Meaning(method, "ai");
    }

    boolean reads(char operand) {
        return operands.indexOf(operand) >= 0;
    }
}
