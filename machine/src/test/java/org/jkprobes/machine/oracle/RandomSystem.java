package org.jkprobes.machine.oracle;

/** CP0, the TLB, and the instructions that only order or hint. */
final class RandomSystem {
    /** register << 3 | select, of those whose value is not device-dependent. */
    private static final int[] READABLE = {
        0 << 3,
        1 << 3,
        2 << 3,
        3 << 3,
        4 << 3,
        5 << 3,
        5 << 3 | 1,
        6 << 3,
        7 << 3,
        8 << 3,
        9 << 3,
        10 << 3,
        11 << 3,
        12 << 3,
        12 << 3 | 1,
        12 << 3 | 2,
        12 << 3 | 3,
        13 << 3,
        14 << 3,
        15 << 3,
        15 << 3 | 1,
        16 << 3,
        16 << 3 | 1,
        16 << 3 | 2,
        16 << 3 | 3,
        16 << 3 | 4,
        16 << 3 | 5,
        16 << 3 | 6,
        16 << 3 | 7,
        17 << 3,
        18 << 3,
        19 << 3,
        30 << 3,
        28 << 3,
        29 << 3,
        26 << 3,
        7 << 3 | 1,
        25 << 3 | 1,
        31 << 3
    };
    /** Those that may hold anything between two instructions. */
    private static final int[] WRITABLE = {
        4 << 3, 7 << 3, 14 << 3, 30 << 3, 28 << 3, 29 << 3, 8 << 3, 15 << 3, 1 << 3, 31 << 3
    };

    private static final int[] HINTS = {0x0000000F, 0x00000040, 0x000000C0, 0x00000140}; // sync, ssnop, ehb, pause

    private RandomSystem() {}

    static void emit(Operands o) {
        Code c = o.code();
        switch (o.below(12)) {
            case 0, 1, 2, 3 -> {
                int register = READABLE[o.below(READABLE.length)];
                c.mfc0(o.to(), register >> 3, register & 7);
            }
            case 4 -> {
                int register = WRITABLE[o.below(WRITABLE.length)];
                c.mtc0(o.from(), register >> 3, register & 7);
            }
            case 5 -> c.word(o.below(3) == 0 ? shadow(o) : HINTS[o.below(HINTS.length)]);
            case 6 -> c.word(0xCC000000 | o.from() << 21 | o.below(32) << 16 | o.below(0x10000)); // pref
            case 7 -> c.word(0xBC000000 | Frame.DATA_REGISTER << 21 | o.below(32) << 16 | o.below(0x1000)); // cache
            case 8 -> c.word(0x7C00003B | o.to() << 16 | rdhwr(o) << 11);
            case 9 -> c.word(0x41606000 | o.below(2) << 5 | o.to() << 16); // di, ei
            case 10 -> status(o);
            default -> timer(o);
        }
    }

    /** rdpgpr or wrpgpr: there is one register set only. */
    private static int shadow(Operands o) {
        return (o.below(2) == 0 ? 0x41400000 : 0x41C00000) | o.from() << 16 | o.to() << 11;
    }

    private static int rdhwr(Operands o) {
        int[] known = {0, 1, 2, 3, 29, 4};
        return known[o.below(known.length)];
    }

    /** Interrupt mask and enable change; sometimes a software interrupt is requested. */
    private static void status(Operands o) {
        Code c = o.code();
        int r = o.toReal();
        if (o.below(3) == 0) {
            c.li(r, 0x00800000 | o.below(4) << 8);
            c.mtc0(r, 13, 0);
        } else {
            c.li(r, 0x8000 & o.random().nextInt() | o.below(4) << 8 | o.below(2) | o.below(2) << 28);
            c.mtc0(r, 12, 0);
        }
    }

    /** The timer is set to a few instructions from now. */
    private static void timer(Operands o) {
        Code c = o.code();
        int r = o.toReal();
        c.mfc0(r, 9, 0);
        c.imm(0x09, r, r, o.below(200));
        c.mtc0(r, 11, 0);
    }

    static void emitTlb(Operands o, boolean kernel) {
        Code c = o.code();
        switch (o.below(6)) {
            case 0 -> c.word(0x42000008); // tlbp
            case 1 -> {
                int r = o.toReal();
                c.imm(0x0D, r, 0, o.below(20));
                c.mtc0(r, 0, 0);
                c.word(0x42000001); // tlbr
                c.mtc0(0, 10, 0);
            }
            case 2 -> {
                int r = o.toReal();
                c.li(r, o.random().nextInt() & 0x003FE000 | o.below(3));
                c.mtc0(r, 10, 0);
            }
            case 3 -> {
                if (kernel) {
                    int r = o.toReal();
                    c.imm(0x0D, r, 0, o.below(12));
                    c.mtc0(r, 6, 0);
                }
            }
            default -> {
                if (kernel) {
                    c.word(0x41606000); // di
                    c.word(0x000000C0);
                    Frame.install(c, o.random().nextInt() & 0x003FE000);
                    c.word(0x41606020); // ei
                }
            }
        }
    }
}
