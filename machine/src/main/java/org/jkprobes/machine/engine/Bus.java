package org.jkprobes.machine.engine;

/** What a CPU sees at physical addresses. */
public interface Bus {
    /** The offset in guest RAM of a physical address, or -1 if there is no RAM. RAM comes in whole pages. */
    long ramOffset(long physical);

    /** Reads a device; 1, 2, 4 or 8 bytes, little endian, zero-extended. Where there is nothing, 0. */
    long load(long physical, int size);

    /** Writes a device. Where there is nothing, nothing happens. */
    void store(long physical, int size, long value);

    /** Whether a device has switched the machine off, or resets it. */
    default boolean stopping() {
        return false;
    }
}
