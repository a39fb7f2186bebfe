package org.jkprobes.gdb.target;

import org.jkprobes.target.Memory;

/** Nothing is mapped: what accesses memory cannot be emulated. */
record NoMemory() implements Memory {
    @Override
    public int read(long address, byte[] into, int offset, int length) {
        return 0;
    }

    @Override
    public boolean write(long address, byte[] from, int offset, int length) {
        return false;
    }

    @Override
    public int readInt(long address, int unmapped) {
        return unmapped;
    }

    @Override
    public long readLong(long address, long unmapped) {
        return unmapped;
    }

    @Override
    public int readByte(long address, int unmapped) {
        return unmapped;
    }

    @Override
    public boolean writeInt(long address, int value) {
        return false;
    }

    @Override
    public boolean writeLong(long address, long value) {
        return false;
    }

    @Override
    public boolean writeByte(long address, int value) {
        return false;
    }
}
