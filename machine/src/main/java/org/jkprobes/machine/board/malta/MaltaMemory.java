package org.jkprobes.machine.board.malta;

/**
 * Where a Malta's RAM answers: its first 256 MiB at physical 0, all of it at 0x8000_0000, and what lies above 512 MiB at its own
 * address, 0x2000_0000 and up. The second 256 MiB are reached only through the high alias, since the devices lie in between.
 *
 * @param bytes the size of the RAM, a multiple of 1 MiB from 1 MiB to 2 GiB
 */
public record MaltaMemory(long bytes) {
    public static final long MAXIMUM = 2L << 30;

    private static final long MEBIBYTE = 1L << 20;
    private static final long LOW = 256 * MEBIBYTE;
    private static final long DEVICES_END = 512 * MEBIBYTE;
    private static final long HIGH_BASE = 0x8000_0000L;

    /**
     * @throws IllegalArgumentException if a Malta cannot have that much RAM; the message is one line for the user
     */
    public MaltaMemory {
        if (bytes < MEBIBYTE || bytes > MAXIMUM || bytes % MEBIBYTE != 0) {
            throw new IllegalArgumentException("a Malta has 1 to 2048 MiB of memory, not " + bytes + " bytes");
        }
    }

    /** The bytes of RAM that lie at physical 0: what the firmware calls "memsize". */
    public long lowBytes() {
        return Math.min(bytes, LOW);
    }

    /** The offset in RAM that answers at a physical address, or -1 if none does. */
    public long offset(long physical) {
        if (physical < LOW) {
            return physical < bytes ? physical : -1;
        }
        if (physical >= HIGH_BASE) {
            long offset = physical - HIGH_BASE;
            return offset < bytes ? offset : -1;
        }
        return physical >= DEVICES_END && physical < bytes ? physical : -1;
    }
}
