package org.jkprobes.machine.cpu.x86.fpu;

import java.util.random.RandomGenerator;

/** Random numbers that are often the awkward ones: zeros, ends of ranges, denormals, NaNs, runs of equal bits, near neighbours. */
final class NumberSource {
    private static final int[] EXPONENTS = {
        0,
        0,
        1,
        2,
        0x3ffe,
        0x3fff,
        0x3fff,
        0x4000,
        0x4001,
        0x403d,
        0x403e,
        0x403f,
        0x7ffd,
        0x7ffe,
        0x7fff,
        0x7fff,
        0x3fff - 1023,
        0x3fff - 1022,
        0x3fff + 1023,
        0x3fff + 1024,
        0x3fff - 127,
        0x3fff - 126,
        0x3fff + 127,
        0x3fff - 1074,
        0x3fff - 149,
        0x3fff - 1075,
        0x3fff - 150,
        0x400e,
        0x401e,
        0x401d,
        0x403a
    };

    private final RandomGenerator random;

    NumberSource(RandomGenerator random) {
        this.random = random;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean oneIn(int count) {
        return random.nextInt(count) == 0;
    }

    /** 64 bits: random ones, runs, few bits, small numbers. */
    long bits() {
        return switch (random.nextInt(8)) {
            case 0 -> 0;
            case 1 -> -1L << random.nextInt(64);
            case 2 -> -1L >>> random.nextInt(64);
            case 3 -> oneBit() | oneBit() << 1;
            case 4 -> ~(1L << random.nextInt(64));
            case 5 -> random.nextLong() & -1L << random.nextInt(64);
            default -> random.nextLong();
        };
    }

    private long oneBit() {
        return 1L << random.nextInt(64);
    }

    /** Sign and exponent of an extended number. */
    int signExponent() {
        int exponent = switch (random.nextInt(4)) {
            case 0 -> EXPONENTS[random.nextInt(EXPONENTS.length)];
            case 1 -> random.nextInt(0x8000);
            default -> 0x3fff - 70 + random.nextInt(140);
        };
        return exponent | (random.nextBoolean() ? 0x8000 : 0);
    }

    /** The significand of an extended number, mostly a valid one. */
    long significand(int signExponent) {
        long bits = bits();
        if (random.nextInt(12) == 0) {
            return bits;
        }
        if ((signExponent & 0x7fff) == 0) {
            return random.nextInt(4) == 0 ? 0 : bits & Long.MAX_VALUE;
        }
        return bits | Long.MIN_VALUE;
    }

    long doubleBits() {
        long exponent = switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> 0x7ff;
            case 2 -> random.nextInt(0x800);
            case 3 -> random.nextBoolean() ? random.nextInt(4) : 0x7fe - random.nextInt(4);
            default -> 1023 - 60 + random.nextInt(120);
        };
        return exponent << 52 | bits() >>> 12 | (random.nextBoolean() ? Long.MIN_VALUE : 0);
    }

    int floatBits() {
        int exponent = switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> 0xff;
            case 2 -> random.nextInt(0x100);
            case 3 -> random.nextBoolean() ? random.nextInt(4) : 0xfe - random.nextInt(4);
            default -> 127 - 30 + random.nextInt(60);
        };
        return exponent << 23 | (int) (bits() >>> 41) | (random.nextBoolean() ? 1 << 31 : 0);
    }
}
