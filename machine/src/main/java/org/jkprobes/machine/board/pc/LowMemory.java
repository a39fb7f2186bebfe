package org.jkprobes.machine.board.pc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What a boot loader leaves below 640 KiB, and where: everything a kernel needs until it has tables of its own. */
final class LowMemory {
    static final long BIOS_DATA = 0x400;
    static final long BOOT_PARAMS = 0x1_0000;
    static final long GDT = 0x1_1000;
    static final long SETUP_DATA = 0x1_2000;
    static final long COMMAND_LINE = 0x2_0000;
    static final long PAGE_TABLES = 0x3_0000;
    static final long STACK = 0x8_0000;
    /** The end of what the BIOS leaves free: the extended BIOS data area begins. */
    static final long FREE_END = 0x9_fc00;

    static final int GDT_LIMIT = 0x1f;

    private static final int PAGE = 0x1000;
    private static final long LARGE_PAGE = 1 << 21;
    private static final int GIBIBYTES = 4;
    /** Present, writable, accessed; dirty and large. */
    private static final long TABLE = 0x23;

    private static final long LARGE = 0xe3;

    private LowMemory() {}

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Where the extended BIOS data area is and how many KiB lie below it. */
    static byte[] biosData() {
        return little(0x100)
                .putShort(0x0e, (short) (FREE_END >> 4))
                .putShort(0x13, (short) (FREE_END >> 10))
                .array();
    }

    /** Flat segments of 4 GiB, already accessed: code at 0x10, data at 0x18. */
    static byte[] gdt(boolean longMode) {
        return little(GDT_LIMIT + 1)
                .putLong(X86Start.CODE_SELECTOR, longMode ? 0x00af_9b00_0000_ffffL : 0x00cf_9b00_0000_ffffL)
                .putLong(X86Start.DATA_SELECTOR, 0x00cf_9300_0000_ffffL)
                .array();
    }

    /** Four-level page tables that map the first 4 GiB to themselves in pages of 2 MiB. The root is the first page. */
    static byte[] identityMap() {
        byte[] bytes = new byte[(2 + GIBIBYTES) * PAGE];
        ByteBuffer tables = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        tables.putLong(0, PAGE_TABLES + PAGE | TABLE);
        for (int gibibyte = 0; gibibyte < GIBIBYTES; gibibyte++) {
            int directory = (2 + gibibyte) * PAGE;
            tables.putLong(PAGE + 8 * gibibyte, PAGE_TABLES + directory | TABLE);
            for (int entry = 0; entry < 512; entry++) {
                tables.putLong(directory + 8 * entry, (512L * gibibyte + entry) * LARGE_PAGE | LARGE);
            }
        }
        return bytes;
    }

    /** A node of the setup data list with a seed for the kernel's random numbers (SETUP_RNG_SEED); kernels before 6.0 pass it over. */
    static byte[] seed(byte[] seed) {
        return little(16 + seed.length)
                .putLong(0, 0)
                .putInt(8, 9)
                .putInt(12, seed.length)
                .put(16, seed)
                .array();
    }
}
