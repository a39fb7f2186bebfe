package org.jkprobes.machine.device;

import org.jkprobes.machine.Stateful;

/**
 * A register window on a bus. Offsets are relative to the window's start; sizes are 1, 2 or 4 bytes; values are zero-extended and
 * little endian. A device never throws for what a guest does: an unknown register reads as zero and ignores writes.
 */
public interface Device extends Stateful {
    /** Reads {@code size} bytes at {@code offset}. */
    long load(int offset, int size);

    /** Writes the low {@code size} bytes of {@code value} at {@code offset}. */
    void store(int offset, int size, long value);
}
