package org.jkprobes.isa.x86;

/** The bits of EFLAGS, where the register has them (SDM volume 1, 3.4.3). */
public final class X86Flags {
    public static final int CF = 1;
    public static final int PF = 1 << 2;
    public static final int AF = 1 << 4;
    public static final int ZF = 1 << 6;
    public static final int SF = 1 << 7;
    public static final int TF = 1 << 8;
    public static final int IF = 1 << 9;
    public static final int DF = 1 << 10;
    public static final int OF = 1 << 11;
    public static final int IOPL = 3 << 12;
    public static final int NT = 1 << 14;
    public static final int RF = 1 << 16;
    public static final int VM = 1 << 17;
    public static final int AC = 1 << 18;
    public static final int VIF = 1 << 19;
    public static final int VIP = 1 << 20;
    public static final int ID = 1 << 21;

    /** The six flags of arithmetic. */
    public static final int STATUS = CF | PF | AF | ZF | SF | OF;

    /** All that POPF may change. */
    public static final int ALL = STATUS | TF | IF | DF | IOPL | NT | RF | VM | AC | VIF | VIP | ID;

    /** What each of the sixteen conditions reads, without the lowest bit of its number, which inverts it. */
    private static final int[] CONDITIONS = {OF, CF, ZF, CF | ZF, SF, PF, SF | OF, ZF | SF | OF};

    private X86Flags() {}

    /** The flags a condition depends on. */
    static int ofCondition(int condition) {
        return CONDITIONS[condition >> 1];
    }

    /** Whether a condition (0 to 15, as in {@code jcc}) holds. */
    public static boolean holds(int condition, int flags) {
        boolean less = ((flags & SF) != 0) != ((flags & OF) != 0);
        boolean set = switch (condition >> 1) {
            case 6 -> less;
            case 7 -> less || (flags & ZF) != 0;
            default -> (flags & CONDITIONS[condition >> 1]) != 0;
        };
        return set == ((condition & 1) == 0);
    }
}
