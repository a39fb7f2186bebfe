package org.jkprobes.toy;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jkprobes.target.Memory;

/**
 * Unmapped memory from 0x80000000, and as much mapped memory from 0xc0000000 behind a page table of 4 KiB pages; little endian, atomic
 * words.
 */
public final class ToyRam implements Memory {
    public static final long BASE = 0x80000000L;
    public static final long MAPPED = 0xc0000000L;
    public static final int BYTES = 1 << 20;
    public static final int MAPPED_PAGES = 16;

    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();
    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(int[].class);

    private final int[] words = new int[(BYTES + MAPPED_PAGES * 4096) / 4];
    /** By page of the mapped region: whether the page table maps it. */
    public final boolean[] present = new boolean[MAPPED_PAGES];

    /** Index of the word that holds an address, or -1. */
    private int index(long address) {
        if (address >= BASE && address < BASE + BYTES) {
            return (int) (address - BASE) >> 2;
        }
        int page = page(address);
        return page >= 0 && present[page] ? BYTES + (int) (address - MAPPED) >> 2 : -1;
    }

    /** The page of the mapped region, or -1. */
    public static int page(long address) {
        long page = address - MAPPED >> 12;
        return address >= MAPPED && page < MAPPED_PAGES ? (int) page : -1;
    }

    boolean mapped(long address) {
        return index(address) >= 0;
    }

    int load(long address) {
        return (int) WORDS.getVolatile(words, index(address));
    }

    void store(long address, int value, int mask) {
        int i = index(address);
        if (mask == -1) {
            WORDS.setVolatile(words, i, value);
            return;
        }
        int old;
        do {
            old = (int) WORDS.getVolatile(words, i);
        } while (!WORDS.compareAndSet(words, i, old, old & ~mask | value & mask));
    }

    boolean compareAndSet(long address, int expected, int value) {
        return WORDS.compareAndSet(words, index(address), expected, value);
    }

    /** A digest of all memory. */
    public long digest() {
        long digest = 0;
        for (int word : words) {
            digest = digest * 31 + word;
        }
        return digest;
    }

    @Override
    public int readByte(long address, int unmapped) {
        return mapped(address) ? load(address) >>> (int) (address & 3) * 8 & 0xff : unmapped;
    }

    @Override
    public boolean writeByte(long address, int value) {
        if (!mapped(address)) {
            return false;
        }
        int shift = (int) (address & 3) * 8;
        store(address, value << shift, 0xff << shift);
        return true;
    }

    @Override
    public int read(long address, byte[] into, int offset, int length) {
        for (int i = 0; i < length; i++) {
            int b = readByte(address + i, -1);
            if (b < 0) {
                return i;
            }
            into[offset + i] = (byte) b;
        }
        return length;
    }

    @Override
    public boolean write(long address, byte[] from, int offset, int length) {
        for (int i = 0; i < length; i++) {
            if (!mapped(address + i)) {
                return false;
            }
        }
        for (int i = 0; i < length; i++) {
            writeByte(address + i, from[offset + i]);
        }
        return true;
    }

    @Override
    public int readInt(long address, int unmapped) {
        if ((address & 3) == 0) {
            return mapped(address) ? load(address) : unmapped;
        }
        byte[] bytes = new byte[4];
        return read(address, bytes, 0, 4) == 4 ? (int) INTS.get(bytes, 0) : unmapped;
    }

    @Override
    public long readLong(long address, long unmapped) {
        return mapped(address) && mapped(address + 7)
                ? readInt(address, 0) & 0xffffffffL | (long) readInt(address + 4, 0) << 32
                : unmapped;
    }

    @Override
    public boolean writeInt(long address, int value) {
        byte[] bytes = new byte[4];
        INTS.set(bytes, 0, value);
        return write(address, bytes, 0, 4);
    }

    @Override
    public boolean writeLong(long address, long value) {
        return mapped(address + 7) && writeInt(address, (int) value) && writeInt(address + 4, (int) (value >>> 32));
    }
}
