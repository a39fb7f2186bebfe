package org.jkprobes.isa.mips;

/** Which registers an instruction names, as a set of the fields that name them; the word then says which ones they are. */
final class RegisterSet {
    static final int RS = 1;
    static final int RT = 2;
    static final int RD = 4;
    /** The register in bits 10..6, as in MSA. */
    static final int R6 = 8;
    /** The return address register, 31. */
    static final int RA = 16;

    static final int HI = 32;
    static final int LO = 64;

    private RegisterSet() {}

    /**
     * Reads a set in table notation, a letter an element.
     *
     * @throws IllegalArgumentException on an unknown letter
     */
    static int parse(String letters) {
        int set = 0;
        for (int i = 0; i < letters.length(); i++) {
            char letter = letters.charAt(i);
            set |= switch (letter) {
                case 's' -> RS;
                case 't' -> RT;
                case 'd' -> RD;
                case '6' -> R6;
                case 'r' -> RA;
                case 'h' -> HI;
                case 'l' -> LO;
                default -> throw new IllegalArgumentException("no register letter " + letter);
            };
        }
        return set;
    }

    /** The general registers of the set but register 0, a bit each. */
    static int gprs(int set, int word) {
        int gprs = 0;
        if ((set & RS) != 0) {
            gprs |= 1 << Fields.rs(word);
        }
        if ((set & RT) != 0) {
            gprs |= 1 << Fields.rt(word);
        }
        if ((set & RD) != 0) {
            gprs |= 1 << Fields.rd(word);
        }
        if ((set & R6) != 0) {
            gprs |= 1 << Fields.sa(word);
        }
        if ((set & RA) != 0) {
            gprs |= 1 << 31;
        }
        return gprs & ~1;
    }
}
