package org.jkprobes.machine.oracle;

/** Loads and stores: unmapped, mapped, aligned or not, linked and conditional. */
final class RandomMemory {
    private static final int[] OPS = {0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x28, 0x29, 0x2A, 0x2B, 0x2E, 0x23, 0x2B
    };
    /** Address bits that generated pointers into kuseg keep. */
    private static final int MAPPED_BITS = 22;

    private RandomMemory() {}

    static void emit(Operands o) {
        int op = OPS[o.below(OPS.length)];
        int rt = isLoad(op) ? o.to() : o.from();
        switch (o.below(8)) {
            case 0, 1, 2, 3 -> o.code().imm(op, rt, Frame.DATA_REGISTER, offset(o, op));
            case 4, 5 -> o.code().imm(op, rt, Frame.MAPPED_REGISTER, offset(o, op));
            case 6 -> {
                int base = o.toReal();
                // ext base,reg,0,22: somewhere in the low 4 MiB of kuseg
                o.code().word(0x7C000000 | o.from() << 21 | base << 16 | (MAPPED_BITS - 1) << 11);
                if (o.below(4) != 0) {
                    o.code().word(0x7C000004 | base << 16 | 1 << 11); // ins base,zero,0,2
                }
                o.code().imm(op, rt, base, 0);
            }
            default -> linked(o);
        }
    }

    private static boolean isLoad(int op) {
        return op < 0x28;
    }

    private static int offset(Operands o, int op) {
        int any = (short) o.random().nextInt();
        if (o.below(6) == 0) {
            return any;
        }
        return switch (op & 3) {
            case 1 -> any & ~1;
            case 3 -> any & ~3;
            default -> any;
        };
    }

    /** ll, something in between, sc to the same place or another. */
    private static void linked(Operands o) {
        Code c = o.code();
        int base = o.below(2) == 0 ? Frame.DATA_REGISTER : Frame.MAPPED_REGISTER;
        int offset = (o.below(64) - 32) * 4;
        c.imm(0x30, o.to(), base, offset);
        if (o.below(3) == 0) {
            c.imm(0x2B, o.from(), base, (o.below(64) - 32) * 4);
        }
        if (o.below(8) == 0) {
            c.word(0x0000000C); // syscall: its eret breaks the link
        }
        c.imm(0x38, o.toReal(), base, o.below(6) == 0 ? offset + 4 : offset);
        if (o.below(4) == 0) {
            c.imm(0x38, o.toReal(), base, offset);
        }
    }
}
