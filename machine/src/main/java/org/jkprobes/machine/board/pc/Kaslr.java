package org.jkprobes.machine.board.pc;

/**
 * How far a kernel is moved from where it is linked for, in multiples of its alignment. Rules as of the kernel's own boot stub
 * (arch/x86/boot/compressed/kaslr.c): a 64-bit kernel moves independently in physical memory and in its 1 GiB of virtual addresses, a 32-bit
 * one by one distance within 512 MiB.
 */
record Kaslr(long physicalShift, long virtualShift) {
    static final Kaslr NONE = new Kaslr(0, 0);

    private static final long WIDE_VIRTUAL = 1L << 30;
    private static final long NARROW_LIMIT = 512L << 20;

    /**
     * Chooses.
     *
     * @param size the memory the kernel needs
     * @param limit the end of the memory it may lie in
     */
    static Kaslr choose(long seed, boolean wide, long start, long size, long alignment, long limit) {
        long physical = pick(seed, start, size, alignment, wide ? limit : Math.min(limit, NARROW_LIMIT));
        return new Kaslr(physical, wide ? pick(~seed, start, size, alignment, WIDE_VIRTUAL) : physical);
    }

    private static long pick(long seed, long start, long size, long alignment, long limit) {
        long slots = (limit - size - start) / alignment + 1;
        return slots <= 0 ? 0 : Long.remainderUnsigned(mix(seed), slots) * alignment;
    }

    /** SplitMix64's finalizer: near seeds give far places. */
    private static long mix(long seed) {
        long z = seed + 0x9E37_79B9_7F4A_7C15L;
        z = (z ^ z >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ z >>> 27) * 0x94D0_49BB_1331_11EBL;
        return z ^ z >>> 31;
    }
}
