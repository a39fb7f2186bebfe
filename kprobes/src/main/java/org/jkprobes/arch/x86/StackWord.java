package org.jkprobes.arch.x86;

import org.jkprobes.target.Memory;

/** Words of a register's width in memory. */
record StackWord(X86Layout layout, Memory memory) {
    long read(long address, long unmapped) {
        return layout.wordBytes() == 8
                ? memory.readLong(address, unmapped)
                : layout.word(memory.readInt(layout.word(address), (int) unmapped));
    }

    boolean write(long address, long value) {
        return layout.wordBytes() == 8
                ? memory.writeLong(address, value)
                : memory.writeInt(layout.word(address), (int) value);
    }
}
