package org.jkprobes.isa.x86;

/** Registers as GNU tools write them, the percent sign included. */
final class RegisterNames {
    private static final String[] CLASSIC = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
    private static final String[] LOW = {"%al", "%cl", "%dl", "%bl", "%spl", "%bpl", "%sil", "%dil"};
    private static final String[] HIGH = {"%ah", "%ch", "%dh", "%bh"};
    private static final String[] SEGMENTS = {"%es", "%cs", "%ss", "%ds", "%fs", "%gs", "%?", "%?"};

    private RegisterNames() {}

    static String of(X86Operand.Reg register) {
        int number = register.number();
        return switch (register.kind()) {
            case GPR -> register.highByte() ? HIGH[number] : general(number, register.bits());
            case SEG -> segment(number);
            case CR -> "%cr" + number;
            case DR -> "%db" + number;
            case TR -> "%tr" + number;
            case ST -> number == 0 ? "%st" : "%st(" + number + ")";
            case MMX -> "%mm" + number;
            case XMM -> (register.bits() == 512 ? "%zmm" : register.bits() == 256 ? "%ymm" : "%xmm") + number;
            case MASK -> "%k" + number;
            case BND -> "%bnd" + number;
            case TILE -> "%tmm" + number;
        };
    }

    static String general(int number, int bits) {
        if (number == X86Operand.Mem.RIP) {
            return bits == 64 ? "%rip" : "%eip";
        }
        if (number >= 8) {
            return "%r" + number + (bits == 64 ? "" : bits == 32 ? "d" : bits == 16 ? "w" : "b");
        }
        return switch (bits) {
            case 8 -> LOW[number];
            case 16 -> "%" + CLASSIC[number];
            case 32 -> "%e" + CLASSIC[number];
            default -> "%r" + CLASSIC[number];
        };
    }

    static String segment(int number) {
        return SEGMENTS[number];
    }
}
