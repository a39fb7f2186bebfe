package org.jkprobes.machine.oracle;

/** Branches and jumps of every kind, a few words forward, with a delay slot that may fault but never branches. */
final class RandomBranch {
    private static final int[] TWO_REGISTERS = {0x04, 0x05, 0x14, 0x15}; // beq, bne, beql, bnel
    private static final int[] ONE_REGISTER = {0x06, 0x07, 0x16, 0x17}; // blez, bgtz and likely
    private static final int[] REGIMM = {0x00, 0x01, 0x02, 0x03, 0x10, 0x11, 0x12, 0x13}; // bltz .. bgezall

    private RandomBranch() {}

    static void emit(Operands o) {
        Code c = o.code();
        int distance = 2 + o.below(4);
        switch (o.below(8)) {
            case 0, 1, 2 -> {
                int rs = o.from();
                int rt = rs;
                while (rt == rs) { // QEMU decides these while translating and then counts the slot otherwise
                    rt = o.from();
                }
                c.imm(TWO_REGISTERS[o.below(4)], rt, rs, distance - 1);
            }
            case 3 -> c.imm(ONE_REGISTER[o.below(4)], 0, 1 + o.below(30), distance - 1);
            case 4 -> c.imm(0x01, REGIMM[o.below(8)], 1 + o.below(30), distance - 1);
            case 5 -> c.jump(2 + o.below(2), c.here() + distance * 4 + o.moved());
            default -> {
                int rs = o.toReal();
                int target = c.here() + 8 + distance * 4 + o.moved();
                c.li(rs, target);
                if (o.below(2) == 0) {
                    c.special(0x08, 0, rs, 0, 0); // jr
                } else {
                    int rd = rs;
                    while (rd == rs) { // undefined: the jump must be restartable
                        rd = o.to();
                    }
                    c.special(0x09, rd, rs, 0, 0); // jalr
                }
            }
        }
        slot(o);
        for (int i = 2; i < distance; i++) {
            c.imm(0x09, o.to(), o.from(), i);
        }
    }

    private static void slot(Operands o) {
        Code c = o.code();
        switch (o.below(6)) {
            case 0 -> c.nop();
            case 1 -> c.imm(0x23, o.to(), Frame.DATA_REGISTER, o.below(0x4000)); // lw, may be unaligned
            case 2 -> c.imm(0x2B, o.from(), Frame.MAPPED_REGISTER, o.below(0x4000) & ~3); // sw
            case 3 -> c.special(0x20, o.to(), o.from(), o.from(), 0); // add, may overflow
            case 4 -> c.word(o.below(4) == 0 ? 0x0000000C : 0x00000010 | o.to() << 11); // syscall or mfhi
            default -> c.imm(0x09, o.to(), o.from(), o.below(0x10000)); // addiu
        }
    }
}
