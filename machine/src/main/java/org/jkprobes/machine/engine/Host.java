package org.jkprobes.machine.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Host memory by address, for the interpreter's hot loop. A segment that is a constant costs no check that the JIT cannot remove;
 * a segment in a field costs four on every access, which made the loop several times slower.
 *
 * <p>Addresses come from one place only: a soft TLB entry whose tag matched, which leads into a page of guest RAM. So a guest
 * cannot reach anything else.
 */
final class Host {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private Host() {}

    static byte getByte(long address) {
        return ALL.get(BYTE, address);
    }

    static short getShort(long address) {
        return ALL.get(SHORT, address);
    }

    static int getInt(long address) {
        return ALL.get(INT, address);
    }

    static long getLong(long address) {
        return ALL.get(LONG, address);
    }

    static void putByte(long address, byte value) {
        ALL.set(BYTE, address, value);
    }

    static void putShort(long address, short value) {
        ALL.set(SHORT, address, value);
    }

    static void putInt(long address, int value) {
        ALL.set(INT, address, value);
    }

    static void putLong(long address, long value) {
        ALL.set(LONG, address, value);
    }

    /** Loads 1, 2, 4 or 8 bytes, zero-extended. */
    static long get(long address, int size) {
        return switch (size) {
            case 1 -> getByte(address) & 0xffL;
            case 2 -> getShort(address) & 0xffffL;
            case 4 -> getInt(address) & 0xffffffffL;
            default -> getLong(address);
        };
    }

    /** Stores the low bytes of a value: 1, 2, 4 or 8. */
    static void put(long address, int size, long value) {
        switch (size) {
            case 1 -> putByte(address, (byte) value);
            case 2 -> putShort(address, (short) value);
            case 4 -> putInt(address, (int) value);
            default -> putLong(address, value);
        }
    }

    /** Stores items of 1, 2, 4 or 8 bytes one after the other. */
    static void fill(long to, int size, long value, long count) {
        if (size == 1) {
            ALL.asSlice(to, count).fill((byte) value);
            return;
        }
        long end = to + count * size;
        for (long at = to; at < end; at += size) {
            put(at, size, value);
        }
    }

    /** Copies items one after the other, upwards: where both places overlap, what was copied may be copied again. */
    static void copy(long to, long from, int size, long count) {
        long bytes = count * size;
        if (to <= from || to >= from + bytes) {
            MemorySegment.copy(ALL, from, ALL, to, bytes);
            return;
        }
        for (long at = 0; at < bytes; at += size) {
            switch (size) {
                case 1 -> putByte(to + at, getByte(from + at));
                case 2 -> putShort(to + at, getShort(from + at));
                case 4 -> putInt(to + at, getInt(from + at));
                default -> putLong(to + at, getLong(from + at));
            }
        }
    }
}
