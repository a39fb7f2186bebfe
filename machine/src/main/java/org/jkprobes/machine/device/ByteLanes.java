package org.jkprobes.machine.device;

/** Parts of a little-endian word: a bus carries byte {@code lane} of a register at its address plus {@code lane}. */
public final class ByteLanes {
    private ByteLanes() {}

    /** The low {@code size} bytes, 1 to 7, set. */
    public static long mask(int size) {
        return (1L << (8 * size)) - 1;
    }

    /** What an access of {@code size} bytes at byte {@code lane} of {@code word} reads. */
    public static long extract(long word, int lane, int size) {
        return (word >> (8 * lane)) & mask(size);
    }

    /** {@code word} after an access of {@code size} bytes at byte {@code lane} wrote {@code value}. */
    public static long insert(long word, int lane, int size, long value) {
        long mask = mask(size) << (8 * lane);
        return (word & ~mask) | ((value << (8 * lane)) & mask);
    }
}
