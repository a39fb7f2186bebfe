package org.jkprobes.machine.cpu.x86.fpu;

/**
 * Numbers that x87 and SSE share: exception flags in the order of the status word and of MXCSR, and rounding modes in the order of
 * the control word and of MXCSR (Intel SDM volume 1, 4.8.4 and 4.9).
 */
final class Fp {
    static final int INVALID = 1;
    static final int DENORMAL = 2;
    static final int ZERO_DIVIDE = 4;
    static final int OVERFLOW = 8;
    static final int UNDERFLOW = 16;
    static final int INEXACT = 32;
    /** The exceptions found before anything is computed: unmasked, they leave the operation undone. */
    static final int BEFORE = INVALID | DENORMAL | ZERO_DIVIDE;

    static final int ALL = 0x3f;

    static final int NEAREST = 0;
    static final int DOWN = 1;
    static final int UP = 2;
    static final int TOWARDS_ZERO = 3;

    private Fp() {}

    /** Whether a value that lies between two neighbours is moved away from zero. */
    static boolean awayFromZero(int mode, boolean negative, boolean odd, long rest) {
        return switch (mode) {
            case NEAREST -> rest < 0 && (odd || rest != Long.MIN_VALUE);
            case DOWN -> negative && rest != 0;
            case UP -> !negative && rest != 0;
            default -> false;
        };
    }
}
