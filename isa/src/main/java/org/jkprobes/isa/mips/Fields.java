package org.jkprobes.isa.mips;

/** The fields of a MIPS32 instruction word (MIPS32 Architecture For Programmers, Volume I, "CPU Instruction Formats"). */
public final class Fields {
    private Fields() {}

    /** The primary opcode, bits 31..26. */
    public static int opcode(int word) {
        return word >>> 26;
    }

    /** Bits 25..21: a source register, the base of a load or store, or the coprocessor format. */
    public static int rs(int word) {
        return word >>> 21 & 31;
    }

    /** Bits 20..16. */
    public static int rt(int word) {
        return word >>> 16 & 31;
    }

    /** Bits 15..11. */
    public static int rd(int word) {
        return word >>> 11 & 31;
    }

    /** The shift amount, bits 10..6. */
    public static int sa(int word) {
        return word >>> 6 & 31;
    }

    /** The function, bits 5..0. */
    public static int funct(int word) {
        return word & 63;
    }

    /** The immediate, bits 15..0, sign-extended. */
    public static int simm(int word) {
        return (short) word;
    }

    /** The immediate, bits 15..0, zero-extended. */
    public static int uimm(int word) {
        return word & 0xffff;
    }

    /** The instruction index of a jump, bits 25..0, in words. */
    public static int index(int word) {
        return word & 0x3ffffff;
    }

    /** The select field of a coprocessor 0 move, bits 2..0. */
    public static int sel(int word) {
        return word & 7;
    }

    /** The first source register of a COP1X multiply-add, bits 25..21. */
    public static int fr(int word) {
        return rs(word);
    }

    /** The second floating-point source, bits 20..16. */
    public static int ft(int word) {
        return rt(word);
    }

    /** The first floating-point source, bits 15..11. */
    public static int fs(int word) {
        return rd(word);
    }

    /** The floating-point destination, bits 10..6. */
    public static int fd(int word) {
        return sa(word);
    }

    /** The condition code that a branch or conditional move tests, bits 20..18. */
    public static int testedCc(int word) {
        return word >>> 18 & 7;
    }

    /** The condition code that a compare sets, bits 10..8. */
    public static int comparedCc(int word) {
        return word >>> 8 & 7;
    }

    /** The condition of a floating-point compare, bits 3..0: less 4, equal 2, unordered 1, signalling 8. */
    public static int cond(int word) {
        return word & 15;
    }
}
