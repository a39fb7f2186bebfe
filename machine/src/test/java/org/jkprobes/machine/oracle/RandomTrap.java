package org.jkprobes.machine.oracle;

/** Instructions whose purpose, or lack of one, is an exception. */
final class RandomTrap {
    private static final int[] TRAPS = {0x30, 0x31, 0x32, 0x33, 0x34, 0x36};
    private static final int[] IMMEDIATE_TRAPS = {0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0E};
    /** Words that no MIPS32r2 CPU without FPU, DSP or CorExtend knows. */
    private static final int[] RESERVED = {
        0x7000003B,
        0x0000003F,
        0x04040000,
        0x60000000,
        0x6C000000,
        0x9C000000,
        0xDC000000,
        0xF0000000,
        0x0000002C,
        0x00400002,
        0x00000146,
        0x7C00003B | 4 << 11,
        0x7C000003
    };
    /** lwc1, sdc1, add.s, mfc1, bc1f, lwxc1, movf; lwc2, sdc2. */
    private static final int[] COPROCESSOR = {
        0xC4000000, 0xF4000000, 0x46000000, 0x44000000, 0x45000001, 0x4C000000, 0x00000001, 0xC8000000, 0xF8000000
    };

    private RandomTrap() {}

    static void emit(Operands o) {
        Code c = o.code();
        switch (o.below(8)) {
            case 0 -> c.word(0x0000000C | o.below(1 << 20) << 6); // syscall
            case 1 -> c.word(0x0000000D | o.below(1 << 20) << 6); // break
            case 2, 3 -> {
                int rs = o.from();
                int rt = o.below(4) == 0 ? rs : o.from();
                c.special(TRAPS[o.below(6)], 0, rs, rt, o.below(32));
            }
            case 4 -> c.imm(0x01, IMMEDIATE_TRAPS[o.below(6)], 1 + o.below(31), Operands.interesting(o.random()));
            case 5 -> c.word(RESERVED[o.below(RESERVED.length)]);
            default -> c.word(COPROCESSOR[o.below(COPROCESSOR.length)] | o.below(32) << 16);
        }
    }
}
