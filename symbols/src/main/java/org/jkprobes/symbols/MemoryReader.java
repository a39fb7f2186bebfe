package org.jkprobes.symbols;

/**
 * Reads the memory of a target as its kernel sees it, without changing it.
 *
 * <p>Addresses are virtual. A 32-bit address may come zero-extended (as {@link DataModel#address}
 * gives it); the implementation widens it as its CPU needs.
 */
@FunctionalInterface
public interface MemoryReader {
    /**
     * Reads up to {@code length} bytes.
     *
     * @return the number of bytes read from {@code virtualAddress} on; 0 when it is not mapped, fewer
     *     than {@code length} when what follows is not
     */
    int read(long virtualAddress, byte[] into, int offset, int length);
}
