package org.jkprobes.machine.oracle;

import java.util.SplittableRandom;

/** A program of random instructions between {@link Frame}'s beginning and end; equal seeds give equal programs. */
final class RandomProgram {
    private static final int ROUNDS_REGISTER = 30;

    private final byte[] image;
    private final int end;

    private RandomProgram(byte[] image, int end) {
        this.image = image;
        this.end = end;
    }

    /** What lies from {@link Frame#LOAD}. */
    byte[] image() {
        return image;
    }

    /** Where it comes to rest. */
    int end() {
        return end;
    }

    /** About {@code length} instructions, run {@code rounds} times with other register contents each time. */
    static RandomProgram kernel(long seed, int length, int rounds) {
        Code c = new Code(Frame.LOAD);
        Frame.begin(c);
        body(c, seed, length, rounds, 0, true);
        int end = Frame.end(c);
        return new RandomProgram(c.image(), end);
    }

    /** The same in user mode, where much of it traps. */
    static RandomProgram user(long seed, int length, int rounds) {
        Code c = new Code(Frame.LOAD);
        Frame.begin(c);
        Frame.enterUserMode(c, (int) seed & 0xF);
        body(c, seed, length, rounds, Frame.USER_MOVED, false);
        int end = Frame.endOfUser(c);
        return new RandomProgram(c.image(), end);
    }

    private static void body(Code c, long seed, int length, int rounds, int moved, boolean kernel) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int r = 1; r < 26; r++) {
            c.li(r, Operands.interesting(random));
        }
        c.li(Code.RA, Operands.interesting(random));
        c.li(ROUNDS_REGISTER, rounds);
        int top = c.here();
        Operands operands = new Operands(c, random, moved);
        while (c.here() - top < length * 4) {
            int kind = random.nextInt(100);
            if (kind < 34) {
                RandomAlu.emit(operands);
            } else if (kind < 40) {
                RandomAlu.emitMultiply(operands);
            } else if (kind < 66) {
                RandomMemory.emit(operands);
            } else if (kind < 82) {
                RandomBranch.emit(operands);
            } else if (kind < 86) {
                RandomTrap.emit(operands);
            } else if (kind < 97) {
                RandomSystem.emit(operands);
            } else {
                RandomSystem.emitTlb(operands, kernel);
            }
        }
        // The way back is too far for a branch.
        c.imm(0x09, ROUNDS_REGISTER, ROUNDS_REGISTER, -1);
        c.word(0x10000000 | ROUNDS_REGISTER << 21 | 3); // beqz: past the jump
        c.nop();
        c.jump(2, top + moved);
        c.nop();
    }
}
