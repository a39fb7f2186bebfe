package org.jkprobes.target;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Guest memory by virtual address, seen without being noticed: no TLB refill, no accessed bit, no device side effect. Text reads give
 * original bytes, never breakpoints. An address that is not mapped to memory is an ordinary outcome, not an exception.
 */
public interface Memory {
    /** Reads up to {@code length} bytes and returns how many could be read, from the first on; 0 if none. */
    int read(long address, byte[] into, int offset, int length);

    /** Writes all the bytes or, if not all are mapped to memory, none: false. */
    boolean write(long address, byte[] from, int offset, int length);

    /** A 32-bit word in the target's byte order, or {@code unmapped}. Need not be aligned. Allocates nothing. */
    int readInt(long address, int unmapped);

    /** A 64-bit word in the target's byte order, or {@code unmapped}. Need not be aligned. Allocates nothing. */
    long readLong(long address, long unmapped);

    /** A byte, 0 to 255, or {@code unmapped}. */
    int readByte(long address, int unmapped);

    /** False if it is not mapped. */
    boolean writeInt(long address, int value);

    /** False if it is not mapped. */
    boolean writeLong(long address, long value);

    /** False if it is not mapped. */
    boolean writeByte(long address, int value);

    /** A NUL-terminated string of at most {@code limit} bytes (cut there), or empty if a byte before its end is not mapped. */
    default Optional<String> readString(long address, int limit) {
        byte[] bytes = new byte[limit];
        int length = 0;
        while (length < limit) {
            int b = readByte(address + length, -1);
            if (b < 0) {
                return Optional.empty();
            }
            if (b == 0) {
                break;
            }
            bytes[length++] = (byte) b;
        }
        return Optional.of(new String(bytes, 0, length, StandardCharsets.UTF_8));
    }
}
