package org.jkprobes.machine.cpu.mips;

import org.jkprobes.machine.engine.Op;

/** Branches and jumps: what they test, where they go, what they link. (MIPS32 vol. II.) */
final class MipsBranch {
    private MipsBranch() {}

    /** A comparison of two slots as a branch micro-op makes it: BEQ, BNE, BLT or BGE. */
    record Test(int branch, int a, int b) {}

    static boolean isBranch(int word) {
        int function = MipsWord.function(word);
        return switch (MipsWord.opcode(word)) {
            case 0 -> isRegister(word) && (function == 9 || (MipsWord.rt(word) | MipsWord.rd(word)) == 0);
            case 1 -> (MipsWord.rt(word) & 0xc) == 0;
            case 2, 3, 4, 5 -> true;
            case 6, 7 -> MipsWord.rt(word) == 0;
            case 20, 21 -> true;
            case 22, 23 -> MipsWord.rt(word) == 0;
            default -> false;
        };
    }

    /** JR and JALR. */
    static boolean isRegister(int word) {
        return MipsWord.opcode(word) == 0 && (MipsWord.function(word) & ~1) == 8;
    }

    /** J and JAL. */
    static boolean isUnconditional(int word) {
        return (MipsWord.opcode(word) & ~1) == 2;
    }

    static boolean isLikely(int word) {
        int opcode = MipsWord.opcode(word);
        return opcode >= 20 && opcode <= 23 || opcode == 1 && (MipsWord.rt(word) & 2) != 0;
    }

    /** The register that receives the return address, or 0. */
    static int link(int word) {
        return switch (MipsWord.opcode(word)) {
            case 0 -> MipsWord.function(word) == 9 ? MipsWord.rd(word) : 0;
            case 1 -> (MipsWord.rt(word) & 0x10) != 0 ? MipsSlots.RA : 0;
            case 3 -> MipsSlots.RA;
            default -> 0;
        };
    }

    /** The target of any branch but JR and JALR. */
    static long target(int word, long pc) {
        if (isUnconditional(word)) {
            return pc + 4 & 0xf0000000L | (word & 0x03ffffffL) << 2;
        }
        return pc + 4 + ((long) MipsWord.immediate(word) << 2) & 0xffffffffL;
    }

    /** The test of a conditional branch. */
    static Test test(int word) {
        int rs = MipsWord.rs(word);
        int zero = MipsSlots.ZERO;
        return switch (MipsWord.opcode(word)) {
            case 1 -> new Test((MipsWord.rt(word) & 1) == 0 ? Op.BLT : Op.BGE, rs, zero);
            case 4, 20 -> new Test(Op.BEQ, rs, MipsWord.rt(word));
            case 5, 21 -> new Test(Op.BNE, rs, MipsWord.rt(word));
            case 6, 22 -> new Test(Op.BGE, zero, rs);
            default -> new Test(Op.BLT, zero, rs);
        };
    }
}
