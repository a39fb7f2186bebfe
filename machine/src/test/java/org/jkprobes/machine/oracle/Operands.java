package org.jkprobes.machine.oracle;

import java.util.SplittableRandom;

/**
 * Where random instructions go and what they use. {@code moved} is what has to be added to an address of the image where it
 * runs from a mapping.
 */
record Operands(Code code, SplittableRandom random, int moved) {
    private static final int[] EDGES = {
        0, 1, -1, 2, -2, 0x7FFFFFFF, 0x80000000, 0x80000001, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0xFFFF8000, 31, 32, 0xFF
    };

    /** A value that is often one of those at which things break. */
    static int interesting(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> EDGES[random.nextInt(EDGES.length)];
            case 1 -> 1 << random.nextInt(32);
            default -> random.nextInt();
        };
    }

    /** A register to write: never one the frame depends on; sometimes zero. */
    int to() {
        int r = random.nextInt(27);
        return r == 26 ? Code.RA : r;
    }

    /** A register to write that is not zero. */
    int toReal() {
        return 1 + random.nextInt(25);
    }

    /** A register to read: any. */
    int from() {
        return random.nextInt(32);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }
}
