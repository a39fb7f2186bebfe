package org.jkprobes.machine.board.malta;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jkprobes.machine.engine.Bus;

/**
 * How YAMON, the Malta's firmware, starts a kernel: arguments and environment as tables of pointers at {@code 0x8000_2000}, the
 * initial RAM disk at the end of low memory, registers, and the PCI windows of the GT-64120. Layout and values are those that
 * {@code qemu-system-mipsel -M malta -kernel} gives its guests, so that both machines start equal. Source: YAMON User's Manual, "go"
 * command and PROM interface; checked against QEMU 7.2.
 *
 * @param registers the 32 general registers at the kernel's first instruction
 * @param entry the address of that instruction
 * @param contents what lies in RAM, the kernel itself apart
 */
public record YamonBoot(List<Integer> registers, int entry, List<Segment> contents) {
    /** How many instructions QEMU's boot ROM runs before the kernel's first one. */
    public static final int FIRMWARE_INSTRUCTIONS = 51;

    /** What a kernel without a better seed gets: guests are reproducible unless the user asks for more. */
    public static final String DEFAULT_SEED = "6a6b70726f6265733a207468652073616d652065766572792074696d65203a29";

    private static final int TABLE = 0x2000;
    private static final int KSEG0 = 0x8000_0000;
    private static final int ENTRIES = 16;
    private static final int STRING_BYTES = 256;
    private static final int STRINGS = TABLE + 4 * ENTRIES;
    /** Strings that are longer than a slot lie behind the slots. */
    private static final int LONG_STRINGS = STRINGS + ENTRIES * STRING_BYTES;

    private static final int COMMAND_LINE_LIMIT = 4096;
    private static final int RAM_DISK_ALIGNMENT = 0x1_0000;
    /** Kept free between the RAM disk and the end of low memory. */
    private static final long RAM_DISK_MARGIN = 0x2_0000;

    /** The return address of the boot ROM's jump to the kernel, and what it leaves in k0 and k1. */
    private static final int ROM_RETURN = 0xbfc0_0644;

    private static final int LAST_WINDOW_VALUE = 0x5e;
    private static final int LAST_WINDOW_REGISTER = 0xbbe0_0088;

    /** Register numbers. */
    private static final int A0 = 4;

    private static final int A1 = 5;
    private static final int A2 = 6;
    private static final int A3 = 7;
    private static final int T9 = 25;
    private static final int K0 = 26;
    private static final int K1 = 27;
    private static final int SP = 29;
    private static final int RA = 31;

    /**
     * Bytes at a physical address. The array is not copied.
     *
     * @param bytes not to be changed
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Segment(long physicalAddress, byte[] bytes) {}

    /**
     * Prepares a boot.
     *
     * @param kernelName the first argument; kernels ignore it
     * @param commandLine the kernel's own command line
     * @param entry the kernel's entry point, such as {@code 0x8010_0400}
     * @param kernelEnd physical address of the first byte behind the kernel
     * @param ramDisk the initial RAM disk, unless there is none
     * @param seed 64 hexadecimal digits for the kernel's random numbers, such as {@link #DEFAULT_SEED}
     * @throws IllegalArgumentException if the command line is too long or the memory too small; the message is one line for the user
     */
    public static YamonBoot prepare(
            MaltaMemory memory,
            String kernelName,
            String commandLine,
            int entry,
            long kernelEnd,
            Optional<byte[]> ramDisk,
            String seed) {
        List<Segment> contents = new ArrayList<>();
        String arguments = commandLine;
        if (ramDisk.isPresent() && ramDisk.get().length > 0) {
            byte[] bytes = ramDisk.get();
            long address = ramDiskAddress(memory, kernelEnd, bytes.length);
            contents.add(new Segment(address, bytes));
            // The address as a 64-bit kernel would want it; a 32-bit kernel takes its low half.
            String at = HexFormat.of().toHexDigits(address | 0xffff_ffff_8000_0000L);
            arguments = "rd_start=0x" + at + " rd_size=" + bytes.length + " " + commandLine;
        }
        contents.addFirst(new Segment(TABLE, table(memory, kernelName, arguments, seed)));
        return new YamonBoot(registers(memory, entry), entry, List.copyOf(contents));
    }

    private static long ramDiskAddress(MaltaMemory memory, long kernelEnd, int length) {
        long lowest = memory.lowBytes() - (length + RAM_DISK_MARGIN);
        long address = (lowest + RAM_DISK_ALIGNMENT - 1) / RAM_DISK_ALIGNMENT * RAM_DISK_ALIGNMENT;
        if (lowest < 0 || address <= kernelEnd) {
            throw new IllegalArgumentException(
                    (memory.bytes() >> 20) + " MiB of memory are too small for an initramfs of " + length + " bytes");
        }
        return address;
    }

    private static byte[] table(MaltaMemory memory, String kernelName, String arguments, String seed) {
        byte[] line = arguments.getBytes(StandardCharsets.ISO_8859_1);
        if (line.length >= COMMAND_LINE_LIMIT) {
            throw new IllegalArgumentException("the kernel's command line is too long: " + line.length
                    + " bytes, at most " + (COMMAND_LINE_LIMIT - 1));
        }
        boolean longLine = line.length >= STRING_BYTES;
        int length = LONG_STRINGS - TABLE + (longLine ? line.length + 1 : 0);
        ByteBuffer table = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        List<byte[]> strings = List.of(
                ascii(kernelName), longLine ? new byte[0] : line,
                ascii("memsize"), ascii(Long.toString(memory.lowBytes())),
                ascii("ememsize"), ascii(Long.toString(memory.bytes())),
                ascii("modetty0"), ascii("38400n8r"),
                ascii("rngseed"), ascii(seed));
        for (int i = 0; i < strings.size(); i++) {
            int at = STRINGS + i * STRING_BYTES;
            table.putInt(4 * i, KSEG0 | at);
            table.put(at - TABLE, strings.get(i), 0, Math.min(strings.get(i).length, STRING_BYTES - 1));
        }
        if (longLine) {
            table.putInt(4, KSEG0 | LONG_STRINGS);
            table.put(LONG_STRINGS - TABLE, line);
        }
        return table.array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static List<Integer> registers(MaltaMemory memory, int entry) {
        Integer[] values = new Integer[32];
        Arrays.fill(values, 0);
        values[A0] = 2;
        values[A1] = KSEG0 | TABLE;
        values[A2] = KSEG0 | (TABLE + 8);
        values[A3] = (int) memory.lowBytes();
        values[T9] = entry;
        values[K0] = LAST_WINDOW_VALUE;
        values[K1] = LAST_WINDOW_REGISTER;
        values[SP] = KSEG0 | (TABLE - 64);
        values[RA] = ROM_RETURN;
        return List.of(values);
    }

    /**
     * Programs the GT-64120 as the firmware does: its registers move to {@code 0x1be0_0000}, the PCI I/O window to {@code
     * 0x1800_0000}, the PCI memory windows to {@code 0x1000_0000} and {@code 0x1820_0000}.
     */
    public static void programBridge(Bus bus) {
        bus.store(0x1400_0068L, 4, 0xdf);
        bus.store(0x1be0_0048L, 4, 0xc0);
        bus.store(0x1be0_0050L, 4, 0x40);
        bus.store(0x1be0_0058L, 4, 0x80);
        bus.store(0x1be0_0060L, 4, 0x3f);
        bus.store(0x1be0_0080L, 4, 0xc1);
        bus.store(0x1be0_0088L, 4, 0x5e);
    }
}
