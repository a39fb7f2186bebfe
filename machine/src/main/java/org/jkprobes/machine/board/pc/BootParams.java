package org.jkprobes.machine.board.pc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** The "zero page" that a boot loader hands to Linux. Source: Linux Documentation/arch/x86/zero-page.rst and boot.rst. */
final class BootParams {
    private static final int SIZE = 0x1000;
    private static final int ACPI_RSDP = 0x070;
    private static final int E820_COUNT = 0x1e8;
    private static final int VIDEO_MODE = 0x1fa;
    private static final int LOADER_TYPE = 0x210;
    private static final int LOAD_FLAGS = 0x211;
    private static final int RAM_DISK = 0x218;
    private static final int RAM_DISK_SIZE = 0x21c;
    private static final int COMMAND_LINE = 0x228;
    private static final int SETUP_DATA = 0x250;
    private static final int E820_TABLE = 0x2d0;
    private static final int E820_ENTRY = 20;

    private static final int LOADED_HIGH = 0x01;
    private static final int KASLR = 0x02;
    private static final int NORMAL_VIDEO = 0xffff;
    private static final int UNKNOWN_LOADER = 0xff;

    private static final int USABLE = 1;
    private static final int RESERVED = 2;
    private static final int ACPI_DATA = 3;

    private final ByteBuffer page = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);

    /** A range of the memory map. */
    private record Range(long start, long end, int type) {}

    BootParams(SetupHeader header, PcMemory memory, AcpiTables acpi, boolean randomized) {
        header.copyTo(page);
        page.putShort(VIDEO_MODE, (short) NORMAL_VIDEO).put(LOADER_TYPE, (byte) UNKNOWN_LOADER);
        int flags = page.get(LOAD_FLAGS) & ~KASLR | LOADED_HIGH | (randomized ? KASLR : 0);
        page.put(LOAD_FLAGS, (byte) flags);
        page.putInt(COMMAND_LINE, (int) LowMemory.COMMAND_LINE);
        page.putLong(SETUP_DATA, LowMemory.SETUP_DATA);
        page.putLong(ACPI_RSDP, acpi.address());
        map(memory, acpi);
    }

    private void map(PcMemory memory, AcpiTables acpi) {
        List<Range> ranges = new ArrayList<>(List.of(
                new Range(0, LowMemory.FREE_END, USABLE),
                new Range(LowMemory.FREE_END, 0xa_0000, RESERVED),
                new Range(0xf_0000, 0x10_0000, RESERVED),
                new Range(0x10_0000, acpi.address(), USABLE),
                new Range(acpi.address(), memory.lowEnd(), ACPI_DATA)));
        if (memory.highEnd() > PcMemory.FOUR_GIBIBYTES) {
            ranges.add(new Range(PcMemory.FOUR_GIBIBYTES, memory.highEnd(), USABLE));
        }
        page.put(E820_COUNT, (byte) ranges.size());
        for (int i = 0; i < ranges.size(); i++) {
            Range range = ranges.get(i);
            int at = E820_TABLE + i * E820_ENTRY;
            page.putLong(at, range.start()).putLong(at + 8, range.end() - range.start());
            page.putInt(at + 16, range.type());
        }
    }

    void ramDisk(long address, int size) {
        page.putInt(RAM_DISK, (int) address).putInt(RAM_DISK_SIZE, size);
    }

    byte[] bytes() {
        return page.array();
    }
}
