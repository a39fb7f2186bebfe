package org.jkprobes.machine.board.pc;

import org.jkprobes.machine.device.Device;

/**
 * What a PC keeps in its CMOS memory about itself, at the places and in the units of the IBM PC/AT and its successors; values as QEMU's
 * {@code pc} gives them.
 */
final class PcCmos {
    private PcCmos() {}

    /** Writes it by way of the clock's two ports. */
    static void fill(Device clock, PcMemory memory) {
        long below = memory.lowEnd();
        long extendedKib = Math.min(0xffff, (below - (1 << 20)) >> 10);
        long above16In64Kib = below > 16 << 20 ? Math.min(0xffff, (below - (16 << 20)) >> 16) : 0;
        long above4GIn64Kib = (memory.highEnd() - PcMemory.FOUR_GIBIBYTES) >> 16;
        word(clock, 0x15, 640);
        word(clock, 0x17, extendedKib);
        word(clock, 0x30, extendedKib);
        word(clock, 0x34, above16In64Kib);
        word(clock, 0x5b, above4GIn64Kib);
        put(clock, 0x5d, above4GIn64Kib >> 16);
        // Equipment: a coprocessor and a mouse port.
        put(clock, 0x14, 0x06);
        // Boot order and options.
        put(clock, 0x38, 0x30);
        put(clock, 0x3d, 0x12);
        clock.store(0, 1, 0);
    }

    private static void word(Device clock, int index, long value) {
        put(clock, index, value);
        put(clock, index + 1, value >> 8);
    }

    private static void put(Device clock, int index, long value) {
        clock.store(0, 1, index);
        clock.store(1, 1, value & 0xff);
    }
}
