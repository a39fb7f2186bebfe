package org.jkprobes.symbols;

import java.nio.ByteOrder;

/**
 * How a kernel lays out its data.
 *
 * @param wordSize bytes in a pointer and in a C {@code long}: 4 or 8
 * @param byteOrder order of the bytes in memory
 */
public record DataModel(int wordSize, ByteOrder byteOrder) {
    /** MIPS32 little endian, i386. */
    public static final DataModel LITTLE_32 = new DataModel(4, ByteOrder.LITTLE_ENDIAN);
    /** amd64, MIPS64 little endian. */
    public static final DataModel LITTLE_64 = new DataModel(8, ByteOrder.LITTLE_ENDIAN);
    /** MIPS32 big endian. */
    public static final DataModel BIG_32 = new DataModel(4, ByteOrder.BIG_ENDIAN);
    /** MIPS64 and PowerPC big endian, sparc64. */
    public static final DataModel BIG_64 = new DataModel(8, ByteOrder.BIG_ENDIAN);

    public DataModel {
        if (wordSize != 4 && wordSize != 8) {
            throw new IllegalArgumentException("word size " + wordSize);
        }
    }

    /** The one form in which this library keeps an address: 32-bit ones are zero-extended. */
    public long address(long value) {
        return wordSize == 4 ? value & 0xffff_ffffL : value;
    }

    /** As the kernel prints addresses: 8 or 16 hexadecimal digits. */
    public String format(long address) {
        return wordSize == 4 ? "%08x".formatted(address(address)) : "%016x".formatted(address);
    }
}
