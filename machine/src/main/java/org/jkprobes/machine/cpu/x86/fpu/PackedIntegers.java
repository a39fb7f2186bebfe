package org.jkprobes.machine.cpu.x86.fpu;

/**
 * Packed integer operations whose lanes do not cross 64 bits, on one 64-bit half: an MMX register, or each half of an XMM register.
 * Lanes go from the low end up. Named by opcode (0F xx) in {@link #apply}.
 */
final class PackedIntegers {
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final long ALL_LOW = ~HIGH_BITS;

    private PackedIntegers() {}

    /** Whether {@link #apply} knows the opcode. */
    static boolean knows(int opcode) {
        return switch (opcode) {
            case 0x64, 0x65, 0x66, 0x74, 0x75, 0x76 -> true;
            default ->
                opcode >= 0xd4
                        && opcode != 0xd6
                        && opcode != 0xd7
                        && opcode != 0xe1
                        && opcode != 0xe2
                        && opcode != 0xe6
                        && opcode != 0xe7
                        && (opcode < 0xf0 || opcode > 0xf3)
                        && opcode != 0xf7
                        && opcode != 0xff;
        };
    }

    static long apply(int opcode, long a, long b) {
        return switch (opcode) {
            case 0x74 -> equalBytes(a, b);
            case 0xd4 -> a + b;
            case 0xdb -> a & b;
            case 0xdf -> ~a & b;
            case 0xeb -> a | b;
            case 0xef -> a ^ b;
            case 0xf4 -> (a & 0xffff_ffffL) * (b & 0xffff_ffffL);
            case 0xf6 -> sumOfDifferences(a, b);
            case 0xfb -> a - b;
            case 0xfc -> (a & ALL_LOW) + (b & ALL_LOW) ^ (a ^ b) & HIGH_BITS;
            case 0x66, 0x76, 0xf5, 0xfa, 0xfe -> doublewords(opcode, a, b);
            case 0x64, 0xd8, 0xda, 0xdc, 0xde, 0xe0, 0xe8, 0xec, 0xf8 -> bytes(opcode, a, b);
            default -> words(opcode, a, b);
        };
    }

    private static long equalBytes(long a, long b) {
        long different = a ^ b;
        long zero = ~((different & ALL_LOW) + ALL_LOW | different) & HIGH_BITS;
        return (zero >>> 7) * 0xff;
    }

    private static long sumOfDifferences(long a, long b) {
        long sum = 0;
        for (int shift = 0; shift < 64; shift += 8) {
            sum += Math.abs((a >>> shift & 0xff) - (b >>> shift & 0xff));
        }
        return sum;
    }

    private static long bytes(int opcode, long a, long b) {
        long result = 0;
        for (int shift = 0; shift < 64; shift += 8) {
            result |= (bytePair(opcode, (int) (a >>> shift), (int) (b >>> shift)) & 0xffL) << shift;
        }
        return result;
    }

    private static int bytePair(int opcode, int a, int b) {
        int ua = a & 0xff;
        int ub = b & 0xff;
        return switch (opcode) {
            case 0x64 -> (byte) a > (byte) b ? -1 : 0;
            case 0xd8 -> Math.max(ua - ub, 0);
            case 0xda -> Math.min(ua, ub);
            case 0xdc -> Math.min(ua + ub, 0xff);
            case 0xde -> Math.max(ua, ub);
            case 0xe0 -> ua + ub + 1 >> 1;
            case 0xe8 -> Math.clamp((byte) a - (byte) b, -0x80, 0x7f);
            case 0xec -> Math.clamp((byte) a + (byte) b, -0x80, 0x7f);
            default -> a - b;
        };
    }

    private static long words(int opcode, long a, long b) {
        long result = 0;
        for (int shift = 0; shift < 64; shift += 16) {
            result |= (wordPair(opcode, (int) (a >>> shift), (int) (b >>> shift)) & 0xffffL) << shift;
        }
        return result;
    }

    private static int wordPair(int opcode, int a, int b) {
        int ua = a & 0xffff;
        int ub = b & 0xffff;
        return switch (opcode) {
            case 0x65 -> (short) a > (short) b ? -1 : 0;
            case 0x75 -> ua == ub ? -1 : 0;
            case 0xd5 -> ua * ub;
            case 0xd9 -> Math.max(ua - ub, 0);
            case 0xdd -> Math.min(ua + ub, 0xffff);
            case 0xe3 -> ua + ub + 1 >> 1;
            case 0xe4 -> ua * ub >>> 16;
            case 0xe5 -> (short) a * (short) b >> 16;
            case 0xe9 -> Math.clamp((short) a - (short) b, -0x8000, 0x7fff);
            case 0xea -> Math.min((short) a, (short) b);
            case 0xed -> Math.clamp((short) a + (short) b, -0x8000, 0x7fff);
            case 0xee -> Math.max((short) a, (short) b);
            case 0xf9 -> a - b;
            default -> a + b;
        };
    }

    private static long doublewords(int opcode, long a, long b) {
        long low = doublewordPair(opcode, (int) a, (int) b) & 0xffff_ffffL;
        return low | (long) doublewordPair(opcode, (int) (a >> 32), (int) (b >> 32)) << 32;
    }

    private static int doublewordPair(int opcode, int a, int b) {
        return switch (opcode) {
            case 0x66 -> a > b ? -1 : 0;
            case 0x76 -> a == b ? -1 : 0;
            case 0xf5 -> (short) a * (short) b + (a >> 16) * (b >> 16);
            case 0xfa -> a - b;
            default -> a + b;
        };
    }

    /** Shifts the lanes of 16, 32 or 64 bits; counts beyond a lane give zeros or signs. */
    static long shift(Shift kind, int bits, long a, long count) {
        boolean beyond = Long.compareUnsigned(count, bits) >= 0;
        if (beyond && kind != Shift.ARITHMETIC) {
            return 0;
        }
        int by = beyond ? bits - 1 : (int) count;
        long mask = bits == 64 ? -1L : (1L << bits) - 1;
        long result = 0;
        for (int at = 0; at < 64; at += bits) {
            long lane = a >>> at & mask;
            long shifted = switch (kind) {
                case LEFT -> lane << by;
                case RIGHT -> lane >>> by;
                case ARITHMETIC -> lane << (64 - bits) >> (64 - bits) >> by;
            };
            result |= (shifted & mask) << at;
        }
        return result;
    }

    /** The ways to shift. */
    enum Shift {
        LEFT,
        RIGHT,
        ARITHMETIC
    }

    /** The sign bits of eight bytes. */
    static int signs(long a) {
        return (int) ((a & HIGH_BITS) * 0x0002_0408_1020_4081L >>> 56);
    }

    /** The low four lanes of {@code a} between those of {@code b}, for lanes of 8, 16 or 32 bits: {@code a}'s first. */
    static long interleaveLow(int bits, long a, long b) {
        long mask = (1L << bits) - 1;
        long result = 0;
        for (int at = 0; at < 32; at += bits) {
            result |= (a >>> at & mask | (b >>> at & mask) << bits) << 2 * at;
        }
        return result;
    }

    static long interleaveHigh(int bits, long a, long b) {
        return interleaveLow(bits, a >>> 32, b >>> 32);
    }

    /** The lanes of 16 or 32 bits of one half, halved in width with saturation, in the low 32 bits. */
    static long pack(int opcode, long a) {
        long result = 0;
        if (opcode == 0x6b) {
            for (int lane = 0; lane < 2; lane++) {
                result |= (Math.clamp(a << 32 * (1 - lane) >> 32, -0x8000, 0x7fff) & 0xffffL) << 16 * lane;
            }
            return result;
        }
        int least = opcode == 0x63 ? -0x80 : 0;
        int greatest = opcode == 0x63 ? 0x7f : 0xff;
        for (int lane = 0; lane < 4; lane++) {
            result |= (Math.clamp((short) (a >> 16 * lane), least, greatest) & 0xffL) << 8 * lane;
        }
        return result;
    }

    /** Four words chosen by two bits each. */
    static long shuffleWords(long a, int order) {
        long result = 0;
        for (int lane = 0; lane < 4; lane++) {
            result |= (a >>> 16 * (order >> 2 * lane & 3) & 0xffff) << 16 * lane;
        }
        return result;
    }
}
