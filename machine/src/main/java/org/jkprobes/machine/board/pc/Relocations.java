package org.jkprobes.machine.board.pc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The table of places to change when a kernel runs at other virtual addresses than it is linked for, read from its end: places of 32 bits to
 * add the distance to; for 64-bit kernels then places of 32 bits to subtract it from, and places of 64 bits; a zero ends each list. A place is
 * the low 32 bits of a virtual address. Source: the format as arch/x86/boot/compressed/misc.c reads it.
 */
final class Relocations {
    private final ByteBuffer table;
    private final boolean wide;

    Relocations(byte[] table, boolean wide) {
        this.table = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
        this.wide = wide;
    }

    /**
     * Changes an image.
     *
     * @param image a kernel's memory
     * @param virtual the virtual address the image's first byte is linked for
     * @param distance how much higher it will run
     * @return how many places were changed
     * @throws IllegalArgumentException if the table does not fit the image
     */
    int apply(byte[] image, long virtual, long distance) {
        ByteBuffer memory = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        int at = table.capacity() - 4;
        int count = 0;
        for (int list = 0; list < (wide ? 3 : 1); list++) {
            for (; place(at) != 0; at -= 4, count++) {
                int index = index(place(at), virtual, image.length - (list == 2 ? 8 : 4));
                switch (list) {
                    case 0 -> memory.putInt(index, memory.getInt(index) + (int) distance);
                    case 1 -> memory.putInt(index, memory.getInt(index) - (int) distance);
                    default -> memory.putLong(index, memory.getLong(index) + distance);
                }
            }
            at -= 4;
        }
        return count;
    }

    private int place(int at) {
        if (at < 0) {
            throw new IllegalArgumentException("the kernel's table of relocations is damaged");
        }
        return table.getInt(at);
    }

    private int index(int place, long virtual, int last) {
        long address = wide ? place : place & 0xffff_ffffL;
        long index = address - virtual;
        if (index < 0 || index > last) {
            throw new IllegalArgumentException("the kernel's table of relocations is damaged");
        }
        return (int) index;
    }
}
