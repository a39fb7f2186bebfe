package org.jkprobes.machine.engine;

/** What straight-line micro-ops compute, one method each: d's new value from the values of their operands. */
final class Arithmetic {
    private Arithmetic() {}

    private static long unsigned(int value) {
        return value & 0xffffffffL;
    }

    private static long bit(boolean holds) {
        return holds ? 1 : 0;
    }

    // ---- 32 bits ----

    static long add(long a, long b) {
        return unsigned((int) a + (int) b);
    }

    static long sub(long a, long b) {
        return unsigned((int) a - (int) b);
    }

    static long and(long a, long b) {
        return unsigned((int) a & (int) b);
    }

    static long or(long a, long b) {
        return unsigned((int) a | (int) b);
    }

    static long xor(long a, long b) {
        return unsigned((int) a ^ (int) b);
    }

    static long nor(long a, long b) {
        return unsigned(~((int) a | (int) b));
    }

    static long shl(long a, long b) {
        return unsigned((int) a << (int) b);
    }

    static long shr(long a, long b) {
        return unsigned((int) a >>> (int) b);
    }

    static long sar(long a, long b) {
        return unsigned((int) a >> (int) b);
    }

    static long ror(long a, long b) {
        return unsigned(Integer.rotateRight((int) a, (int) b));
    }

    static long mul(long a, long b) {
        return unsigned((int) a * (int) b);
    }

    static long setlt(long a, long b) {
        return bit((int) a < (int) b);
    }

    static long setltu(long a, long b) {
        return bit(Integer.compareUnsigned((int) a, (int) b) < 0);
    }

    static long seteq(long a, long b) {
        return bit((int) a == (int) b);
    }

    static long setne(long a, long b) {
        return bit((int) a != (int) b);
    }

    static long movz(long d, long a, long b) {
        return (int) b == 0 ? unsigned((int) a) : d;
    }

    static long movn(long d, long a, long b) {
        return (int) b != 0 ? unsigned((int) a) : d;
    }

    static long mov(long a) {
        return unsigned((int) a);
    }

    static long sext8(long a) {
        return unsigned((byte) a);
    }

    static long sext16(long a) {
        return unsigned((short) a);
    }

    static long ext(long a, long imm) {
        return unsigned((int) a >>> (int) imm & -1 >>> 32 - ((int) imm >> 8));
    }

    static long ins(long d, long a, long imm) {
        int mask = -1 >>> 32 - ((int) imm >> 8) << (int) imm;
        return unsigned((int) d & ~mask | (int) a << (int) imm & mask);
    }

    static long sextField(long a, long imm) {
        int width = (int) imm >> 8;
        return unsigned((int) (a << 64 - (width + (int) imm) >> 64 - width));
    }

    static long divs(long a, long b) {
        return unsigned((int) b == 0 ? (int) a : (int) a / (int) b);
    }

    static long rems(long a, long b) {
        return unsigned((int) b == 0 ? 0 : (int) a % (int) b);
    }

    static long divu(long a, long b) {
        return unsigned((int) b == 0 ? (int) a : Integer.divideUnsigned((int) a, (int) b));
    }

    static long remu(long a, long b) {
        return unsigned((int) b == 0 ? 0 : Integer.remainderUnsigned((int) a, (int) b));
    }

    static long clz(long a) {
        return Integer.numberOfLeadingZeros((int) a);
    }

    static long clo(long a) {
        return Integer.numberOfLeadingZeros(~(int) a);
    }

    static long swapHalfBytes(long a) {
        return (a & 0x00ff00ffL) << 8 | a >>> 8 & 0x00ff00ffL;
    }

    static long swap32(long a) {
        return unsigned(Integer.reverseBytes((int) a));
    }

    /** LWL: the word's bytes up to where the address points become the register's upper bytes. */
    static long mergeLeft(long d, long a, long b) {
        int shift = 24 - 8 * ((int) b & 3);
        return unsigned((int) a << shift | (int) d & (1 << shift) - 1);
    }

    /** LWR: the word's bytes from where the address points become the register's lower bytes. */
    static long mergeRight(long d, long a, long b) {
        int shift = 8 * ((int) b & 3);
        return unsigned((int) a >>> shift | (int) d & ~(-1 >>> shift));
    }

    static long addOverflows(long a, long b) {
        return overflows((int) a + (long) (int) b);
    }

    static long subOverflows(long a, long b) {
        return overflows((int) a - (long) (int) b);
    }

    private static long overflows(long exact) {
        return bit(exact != (int) exact);
    }

    // ---- 64 bits ----

    static long muls64(long a, long b) {
        return (long) (int) a * (int) b;
    }

    static long mulu64(long a, long b) {
        return (a & 0xffffffffL) * (b & 0xffffffffL);
    }

    static long join(long a, long b) {
        return a << 32 | b & 0xffffffffL;
    }

    static long addScaled(long a, long b, long c) {
        return a + (b << c);
    }

    static long add64(long a, long b) {
        return a + b;
    }

    static long sub64(long a, long b) {
        return a - b;
    }

    static long and64(long a, long b) {
        return a & b;
    }

    static long or64(long a, long b) {
        return a | b;
    }

    static long xor64(long a, long b) {
        return a ^ b;
    }

    static long mul64(long a, long b) {
        return a * b;
    }

    static long shl64(long a, long b) {
        return a << b;
    }

    static long shr64(long a, long b) {
        return a >>> b;
    }

    static long sar64(long a, long b) {
        return a >> b;
    }

    static long rol64(long a, long b) {
        return Long.rotateLeft(a, (int) b);
    }

    static long setlt64(long a, long b) {
        return bit(a < b);
    }

    static long setltu64(long a, long b) {
        return bit(Long.compareUnsigned(a, b) < 0);
    }

    static long seteq64(long a, long b) {
        return bit(a == b);
    }

    static long setne64(long a, long b) {
        return bit(a != b);
    }

    static long movn64(long d, long a, long b) {
        return (int) b != 0 ? a : d;
    }

    static long sext32(long a) {
        return (int) a;
    }

    static long swap64(long a) {
        return Long.reverseBytes(a);
    }

    static long constHigh(long d, long imm) {
        return d & 0xffffffffL | imm << 32;
    }

    static long put(long d, long a, long imm) {
        long mask = -1L >>> 64 - (int) (imm >> 8) << imm;
        return d & ~mask | a << imm & mask;
    }
}
