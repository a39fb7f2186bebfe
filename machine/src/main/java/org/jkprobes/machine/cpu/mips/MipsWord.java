package org.jkprobes.machine.cpu.mips;

/** The fields of an instruction word. */
final class MipsWord {
    private MipsWord() {}

    static int opcode(int word) {
        return word >>> 26;
    }

    static int rs(int word) {
        return word >>> 21 & 31;
    }

    static int rt(int word) {
        return word >>> 16 & 31;
    }

    static int rd(int word) {
        return word >>> 11 & 31;
    }

    static int sa(int word) {
        return word >>> 6 & 31;
    }

    static int function(int word) {
        return word & 63;
    }

    static int immediate(int word) {
        return (short) word;
    }

    static boolean isBreak(int word) {
        return (word & 0xfc00003f) == 0x0000000d;
    }

    /** The code of a BREAK as the kernel's breakpoints use it: bits 6 to 25. */
    static int breakCode(int word) {
        return word >>> 6 & 0xfffff;
    }
}
