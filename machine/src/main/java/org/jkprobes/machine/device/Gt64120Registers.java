package org.jkprobes.machine.device;

/**
 * The registers of a {@link Gt64120}, as data: offset, value after reset on a little-endian board, bits a guest can change. Source:
 * Galileo GT-64120A data sheet, register tables.
 */
final class Gt64120Registers {
    /** The registers take 4 KiB. */
    static final int WINDOW = 0x1000;

    static final int CPU_CONFIGURATION = 0x000;
    static final int PCI0_IO_LOW = 0x048;
    static final int PCI0_IO_HIGH = 0x050;
    static final int PCI0_MEMORY0_LOW = 0x058;
    static final int PCI0_MEMORY1_LOW = 0x080;
    static final int PCI1_IO_LOW = 0x090;
    static final int PCI1_MEMORY0_LOW = 0x0a0;
    static final int PCI1_MEMORY1_LOW = 0x0b0;
    static final int INTERNAL_SPACE = 0x068;
    static final int PCI0_SYNC = 0x0c0;
    static final int PCI1_SYNC = 0x0c8;
    static final int PCI0_IO_REMAP = 0x0f0;
    static final int PCI0_MEMORY0_REMAP = 0x0f8;
    static final int PCI0_MEMORY1_REMAP = 0x100;
    static final int PCI1_IO_REMAP = 0x108;
    static final int PCI1_MEMORY0_REMAP = 0x110;
    static final int PCI1_MEMORY1_REMAP = 0x118;
    static final int PCI0_COMMAND = 0xc00;
    static final int INTERRUPT_CAUSE = 0xc18;
    static final int PCI0_ACKNOWLEDGE = 0xc34;
    static final int PCI0_CONFIG_ADDRESS = 0xcf8;
    static final int PCI0_CONFIG_DATA = 0xcfc;

    private static final int[][] CPU_DECODE = {
        {CPU_CONFIGURATION, 0x0000_1000, -1},
        {0x120, 0x0000_0003, 0},
        {0x008, 0x00, 0},
        {0x010, 0x07, 0},
        {0x018, 0x08, 0},
        {0x020, 0x0f, 0},
        {0x028, 0xe0, 0},
        {0x030, 0x70, 0},
        {0x038, 0xf8, 0},
        {0x040, 0x7f, 0},
        {PCI0_IO_LOW, 0x080, 0x7fff},
        {PCI0_IO_HIGH, 0x00f, 0x7f},
        {PCI0_MEMORY0_LOW, 0x090, 0x7fff},
        {0x060, 0x01f, 0x7f},
        {INTERNAL_SPACE, 0x0a0, 0x7fff},
        {PCI0_MEMORY1_LOW, 0x790, 0x7fff},
        {0x088, 0x01f, 0x7f},
        {PCI1_IO_LOW, 0x100, 0x7fff},
        {0x098, 0x00f, 0x7f},
        {PCI1_MEMORY0_LOW, 0x110, 0x7fff},
        {0x0a8, 0x01f, 0x7f},
        {PCI1_MEMORY1_LOW, 0x120, 0x7fff},
        {0x0b8, 0x02f, 0x7f},
        {0x0d0, 0x00, 0},
        {0x0d8, 0x08, 0},
        {0x0e0, 0xe0, 0},
        {0x0e8, 0xf8, 0},
        {PCI0_IO_REMAP, 0x080, 0x7ff},
        {PCI0_MEMORY0_REMAP, 0x090, 0x7ff},
        {PCI0_MEMORY1_REMAP, 0x790, 0x7ff},
        {PCI1_IO_REMAP, 0x100, 0x7ff},
        {PCI1_MEMORY0_REMAP, 0x110, 0x7ff},
        {PCI1_MEMORY1_REMAP, 0x120, 0x7ff},
        {0x128, 0xffff_ffff, 0},
        {0x130, 0xffff_ffff, 0},
        {0x138, 0x0000_00ff, 0},
    };

    private static final int[][] MEMORY_AND_DEVICES = {
        {0x400, 0x00, -1},
        {0x404, 0x07, -1},
        {0x408, 0x08, -1},
        {0x40c, 0x0f, -1},
        {0x410, 0x10, -1},
        {0x414, 0x17, -1},
        {0x418, 0x18, -1},
        {0x41c, 0x1f, -1},
        {0x420, 0xc0, -1},
        {0x424, 0xc7, -1},
        {0x428, 0xc8, -1},
        {0x42c, 0xcf, -1},
        {0x430, 0xd0, -1},
        {0x434, 0xdf, -1},
        {0x438, 0xf0, -1},
        {0x43c, 0xfb, -1},
        {0x440, 0xfc, -1},
        {0x444, 0xff, -1},
        {0x470, 0xffff_ffff, -1},
        {0x448, 0x0000_0200, -1},
        {0x474, 0x0000_0000, -1},
        {0x478, 0x0000_0007, -1},
        {0x47c, 0x0000_0002, -1},
        {0x44c, 0x0000_0005, -1},
        {0x450, 0x0000_0005, -1},
        {0x454, 0x0000_0005, -1},
        {0x458, 0x0000_0005, -1},
        {0x45c, 0x386f_ffff, 0},
        {0x460, 0x386f_ffff, 0},
        {0x464, 0x386f_ffff, 0},
        {0x468, 0x386f_ffff, 0},
        {0x46c, 0x146f_ffff, 0},
        {0x850, 0xffff_ffff, 0},
        {0x854, 0x00ff_ffff, 0},
        {0x858, 0x00ff_ffff, 0},
        {0x85c, 0x00ff_ffff, 0},
    };

    private static final int[][] PCI_AND_INTERRUPTS = {
        {PCI0_COMMAND, 0x0001_0001, 0x0401_fc0f},
        {0xc04, 0x0000_070f, 0},
        {0xc08, 0x00ff_f000, 0},
        {0xc0c, 0x00ff_f000, 0},
        {0xc10, 0x01ff_f000, 0},
        {0xc14, 0x00ff_f000, 0},
        {0xc3c, 0x0000_000f, 0},
        {0xc40, 0x0000_0040, 0},
        {0xc48, 0x0000_0000, 0},
        {0xc4c, 0x0100_0000, 0},
        {0xc50, 0x1c00_0000, 0},
        {0xc54, 0x1f00_0000, 0},
        {0xc58, 0x0000_0000, 0},
        {0xc5c, 0x0100_0000, 0},
        {0xc64, 0x1f00_0000, 0},
        {0xc80, 0x0001_0001, 0x0401_fc0f},
        {0xc84, 0x0000_070f, 0},
        {0xc88, 0x00ff_f000, 0},
        {0xc8c, 0x00ff_f000, 0},
        {0xc90, 0x01ff_f000, 0},
        {0xc94, 0x00ff_f000, 0},
        {0xcbc, 0x0000_000f, 0},
        {0xcc0, 0x0000_0040, 0},
        {0xcc8, 0x0000_0000, 0},
        {0xccc, 0x0100_0000, 0},
        {0xcd0, 0x1c00_0000, 0},
        {0xcd4, 0x1f00_0000, 0},
        {0xcd8, 0x0000_0000, 0},
        {0xcdc, 0x0100_0000, 0},
        {0xce4, 0x1f00_0000, 0},
        {PCI0_CONFIG_ADDRESS, 0, 0x80ff_fffc},
        {0xc1c, 0, 0x3c3f_fffe},
        {0xc24, 0, 0x03ff_fffe},
        {0xc28, 0, 0x0000_003f},
    };

    /** All registers that are not zero and read-only, grouped as in the data sheet. */
    static final int[][][] TABLES = {CPU_DECODE, MEMORY_AND_DEVICES, PCI_AND_INTERRUPTS};

    private Gt64120Registers() {}

    /** Writing where a PCI window starts also sets its remap register; 0 for the other registers. */
    static int remapOf(int offset) {
        return switch (offset) {
            case PCI0_IO_LOW -> PCI0_IO_REMAP;
            case PCI0_MEMORY0_LOW -> PCI0_MEMORY0_REMAP;
            case PCI0_MEMORY1_LOW -> PCI0_MEMORY1_REMAP;
            case PCI1_IO_LOW -> PCI1_IO_REMAP;
            case PCI1_MEMORY0_LOW -> PCI1_MEMORY0_REMAP;
            case PCI1_MEMORY1_LOW -> PCI1_MEMORY1_REMAP;
            default -> 0;
        };
    }
}
