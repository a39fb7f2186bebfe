package org.jkprobes.images;

import java.nio.ByteBuffer;

/**
 * A stretch of guest memory to fill before the guest starts.
 *
 * @param physicalAddress where it goes in guest-physical memory
 * @param virtualAddress where the kernel sees it; 32-bit addresses are zero-extended
 * @param data the bytes, read-only, position 0; absolute reads only, or a {@code duplicate()} of one's own
 * @param zeroFill how many zero bytes follow the data
 */
public record LoadSegment(long physicalAddress, long virtualAddress, ByteBuffer data, long zeroFill) {
    /** Bytes of memory it covers. */
    public long size() {
        return data.capacity() + zeroFill;
    }

    /** A copy of the data, without the zero fill. */
    public byte[] bytes() {
        byte[] copy = new byte[data.capacity()];
        data.get(0, copy);
        return copy;
    }
}
