package org.jkprobes.machine.cpu.mips;

/** The fields of an instruction word. */
final class MipsWord {
    private MipsWord() {}

    /** The word at an index of little-endian bytes. */
    static int of(byte[] bytes, int at) {
        return bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff) << 16 | bytes[at + 3] << 24;
    }

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
