package org.jkprobes.symbols;

/**
 * Addresses from {@code start} up to, not including, {@code end}; compared as unsigned numbers.
 */
public record AddressRange(long start, long end) {
    public boolean contains(long address) {
        return Long.compareUnsigned(address, start) >= 0 && Long.compareUnsigned(address, end) < 0;
    }

    /** Bytes in it. */
    public long length() {
        return end - start;
    }

    AddressRange plus(long delta) {
        return new AddressRange(start + delta, end + delta);
    }
}
