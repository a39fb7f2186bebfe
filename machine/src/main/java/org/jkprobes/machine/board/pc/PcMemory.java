package org.jkprobes.machine.board.pc;

/**
 * Where a PC's RAM answers: from physical 0 with a hole for video memory at 640 KiB, up to 3.5 GiB; of larger sizes 3 GiB lie there and
 * the rest above 4 GiB, as on QEMU's {@code pc}. The legacy ROM area below 1 MiB is RAM, as after a firmware has shadowed itself.
 *
 * @param bytes the size of the RAM, a multiple of 1 MiB from 16 MiB to 16 GiB
 */
public record PcMemory(long bytes) {
    public static final long MAXIMUM = 16L << 30;

    private static final long MEBIBYTE = 1L << 20;
    private static final long MINIMUM = 16 * MEBIBYTE;
    private static final long VIDEO = 0xa_0000L;
    private static final long VIDEO_END = 0xc_0000L;
    private static final long MOST_LOW = 0xe000_0000L;
    private static final long LOW_OF_MORE = 0xc000_0000L;
    static final long FOUR_GIBIBYTES = 1L << 32;

    /**
     * @throws IllegalArgumentException if a PC cannot have that much RAM; the message is one line for the user
     */
    public PcMemory {
        if (bytes < MINIMUM || bytes > MAXIMUM || bytes % MEBIBYTE != 0) {
            throw new IllegalArgumentException("a PC has 16 to 16384 MiB of memory, not " + bytes + " bytes");
        }
    }

    /** The end of the RAM below 4 GiB. */
    public long lowEnd() {
        return bytes < MOST_LOW ? bytes : LOW_OF_MORE;
    }

    /** The end of the RAM above 4 GiB; 4 GiB if there is none. */
    public long highEnd() {
        return FOUR_GIBIBYTES + bytes - lowEnd();
    }

    /** The offset in RAM that answers at a physical address, or -1 if none does. */
    public long offset(long physical) {
        if (physical >= 0 && physical < lowEnd()) {
            return physical >= VIDEO && physical < VIDEO_END ? -1 : physical;
        }
        return physical >= FOUR_GIBIBYTES && physical < highEnd() ? physical - FOUR_GIBIBYTES + lowEnd() : -1;
    }
}
