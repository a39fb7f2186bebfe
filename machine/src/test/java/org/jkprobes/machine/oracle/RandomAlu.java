package org.jkprobes.machine.oracle;

/** Arithmetic, logic, shifts, bit fields, moves, multiplication and division. */
final class RandomAlu {
    private static final int[] THREE_REGISTERS = {
        0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2A, 0x2B, 0x0A, 0x0B, 0x04, 0x06, 0x07
    };
    private static final int[] SHIFTS = {0x00, 0x02, 0x03};
    private static final int[] IMMEDIATES = {0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F};
    private static final int[] BYTES = {0x10, 0x18, 0x02}; // seb, seh, wsbh

    private RandomAlu() {}

    static void emit(Operands o) {
        Code c = o.code();
        switch (o.below(9)) {
            case 0, 1, 2 -> c.special(THREE_REGISTERS[o.below(THREE_REGISTERS.length)], o.to(), o.from(), o.from(), 0);
            case 3 -> c.special(SHIFTS[o.below(SHIFTS.length)], o.to(), 0, o.from(), o.below(32));
            case 4, 5, 6 -> {
                int op = IMMEDIATES[o.below(IMMEDIATES.length)];
                c.imm(op, o.to(), op == 0x0F ? 0 : o.from(), Operands.interesting(o.random()));
            }
            case 7 -> bits(o);
            default -> count(o);
        }
    }

    private static void bits(Operands o) {
        int lsb = o.below(32);
        int size = 1 + o.below(32 - lsb);
        int registers = o.from() << 21 | o.to() << 16;
        if (o.below(2) == 0) {
            o.code().word(0x7C000000 | registers | (size - 1) << 11 | lsb << 6); // ext
        } else {
            o.code().word(0x7C000004 | registers | (lsb + size - 1) << 11 | lsb << 6); // ins
        }
    }

    private static void count(Operands o) {
        Code c = o.code();
        switch (o.below(4)) {
            case 0 -> {
                int rd = o.to();
                c.word(0x70000020 | o.below(2) | o.from() << 21 | rd << 16 | rd << 11); // clz, clo
            }
            case 1 -> c.word(0x7C000020 | o.from() << 16 | o.to() << 11 | BYTES[o.below(BYTES.length)] << 6);
            case 2 -> c.word(0x00200002 | o.from() << 16 | o.to() << 11 | o.below(32) << 6); // rotr
            default -> c.word(0x00000046 | o.from() << 21 | o.from() << 16 | o.to() << 11); // rotrv
        }
    }

    static void emitMultiply(Operands o) {
        Code c = o.code();
        int sources = o.from() << 21 | o.from() << 16;
        switch (o.below(8)) {
            case 0, 1 -> c.word(0x00000018 | o.below(2) | sources); // mult, multu
            case 2, 3 -> c.word(0x0000001A | o.below(2) | sources); // div, divu
            case 4 -> c.word(0x70000000 | o.below(2) | sources); // madd, maddu
            case 5 -> c.word(0x70000004 | o.below(2) | sources); // msub, msubu
            case 6 -> c.word(0x70000002 | sources | o.to() << 11); // mul
            default -> {
                int op = o.below(4);
                if ((op & 1) == 0) {
                    c.word(0x00000010 | op | o.to() << 11); // mfhi, mflo
                } else {
                    c.word(0x00000010 | op | o.from() << 21); // mthi, mtlo
                }
            }
        }
    }
}
