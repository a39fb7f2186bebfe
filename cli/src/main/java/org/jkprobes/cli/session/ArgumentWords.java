package org.jkprobes.cli.session;

import org.jkprobes.cli.Guest;

/**
 * Which words hold which argument. Words are counted as jprobes count them: those in registers first, then those on the stack.
 */
final class ArgumentWords {
    private static final int LARGEST_IN_AMD64_REGISTERS = 2;

    private final int inRegisters;
    private final int wordBytes;
    private final Guest guest;
    private int register;
    private int stack;

    /** @param onStack whether registers hold none */
    ArgumentWords(Guest guest, boolean onStack) {
        this.guest = guest;
        wordBytes = wordBytes(guest);
        inRegisters = onStack
                ? 0
                : switch (guest) {
                    case I386 -> 3; // regparm(3)
                    case X86_64 -> 6; // System V ABI, AMD64 supplement, 3.2.3
                    case MIPSEL -> 4; // o32, where words on the stack follow those in registers
                };
    }

    static int wordBytes(Guest guest) {
        return guest == Guest.X86_64 ? 8 : 4;
    }

    /**
     * The first word of the next argument.
     *
     * @param bytes its size; 0 for a word
     */
    int next(int bytes) {
        int words = Math.max(1, (bytes + wordBytes - 1) / wordBytes);
        return switch (guest) {
            case MIPSEL -> {
                // 64-bit values begin at even words.
                register += bytes == 2 * wordBytes ? register & 1 : 0;
                yield take(words);
            }
            case I386 -> {
                if (words <= inRegisters - register) {
                    yield take(words);
                }
                register = inRegisters; // what follows goes to the stack, too
                yield push(words);
            }
            case X86_64 ->
                words <= LARGEST_IN_AMD64_REGISTERS && words <= inRegisters - register ? take(words) : push(words);
        };
    }

    private int take(int words) {
        register += words;
        return register - words;
    }

    private int push(int words) {
        stack += words;
        return inRegisters + stack - words;
    }
}
