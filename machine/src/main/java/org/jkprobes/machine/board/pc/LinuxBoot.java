package org.jkprobes.machine.board.pc;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How Linux is started on a {@link PcBoard}: what lies in RAM, and the state of the CPU. A kernel that was unpacked here is started at its own
 * first instruction; its boot stub does not run, so that moving it (KASLR) is done here, too.
 *
 * <p>Memory: see {@link LowMemory}; the kernel; the initramfs as high as the kernel allows; the ACPI tables at the end of the RAM below 4 GiB.
 *
 * @param contents what lies in RAM; everything else is zero
 * @param physicalShift how much higher than linked the kernel lies in physical memory
 * @param virtualShift how much higher than linked its virtual addresses are; unknown, and 0, for a packed kernel, which moves itself
 */
public record LinuxBoot(X86Start start, List<Segment> contents, long physicalShift, long virtualShift) {
    private static final int PAGE = 0x1000;
    private static final int LONG_ENTRY = 0x200;
    private static final int SEED_BYTES = 32;

    /**
     * Bytes at a physical address. The array is not copied.
     *
     * @param bytes not to be changed
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Segment(long physicalAddress, byte[] bytes) {}

    /**
     * What may be chosen.
     *
     * @param commandLine the kernel's command line
     * @param ramDisk the initramfs, unless there is none
     * @param kaslr the seed from which the place of an unpacked kernel is drawn; empty to leave it where it is linked for, as
     *     {@code nokaslr} on the command line does
     * @param seed of the kernel's random numbers
     * @param protectedEntry start a packed 64-bit kernel at its 32-bit entry
     */
    public record Options(
            String commandLine, Optional<byte[]> ramDisk, OptionalLong kaslr, long seed, boolean protectedEntry) {
        /** Nothing random, 64-bit kernels in 64-bit mode. */
        public Options(String commandLine, Optional<byte[]> ramDisk) {
            this(commandLine, ramDisk, OptionalLong.empty(), 0, false);
        }
    }

    /**
     * Prepares a boot.
     *
     * @throws IllegalArgumentException if the memory is too small, the command line too long or the kernel damaged; the message is one line
     *     for the user
     */
    public static LinuxBoot prepare(PcMemory memory, LinuxKernel kernel, Options options) {
        SetupHeader header = new SetupHeader(kernel);
        AcpiTables acpi = AcpiTables.at(memory.lowEnd() - AcpiTables.SIZE, memory);
        byte[] disk = options.ramDisk().orElse(new byte[0]);
        long diskEnd = Math.min(acpi.address(), header.ramDiskLimit() + 1);
        long diskAt = (diskEnd - disk.length) / PAGE * PAGE;
        long run = kernel.packed() ? header.preferredAddress() : kernel.start();
        long size = Math.max(header.initSize(), kernel.packed() ? 0 : kernel.end() - run);
        if (run + size > (disk.length == 0 ? acpi.address() : diskAt) || run < 0x10_0000) {
            throw new IllegalArgumentException((memory.bytes() >> 20)
                    + " MiB of memory are too small for this kernel and an initramfs of " + disk.length + " bytes");
        }
        boolean random = options.kaslr().isPresent()
                && kernel.relocations().length > 0
                && !Arrays.asList(options.commandLine().split("\\s+")).contains("nokaslr");
        Kaslr move = random
                ? Kaslr.choose(options.kaslr().getAsLong(), kernel.wide(), run, size, header.alignment(), diskAt)
                : Kaslr.NONE;
        boolean longMode = kernel.wide() && !(kernel.packed() && options.protectedEntry());
        BootParams params = new BootParams(header, memory, acpi, random);
        if (disk.length > 0) {
            params.ramDisk(diskAt, disk.length);
        }
        List<Segment> contents = new ArrayList<>(List.of(
                new Segment(LowMemory.BIOS_DATA, LowMemory.biosData()),
                new Segment(LowMemory.BOOT_PARAMS, params.bytes()),
                new Segment(LowMemory.GDT, LowMemory.gdt(longMode)),
                new Segment(LowMemory.SETUP_DATA, LowMemory.seed(seed(options.seed()))),
                new Segment(LowMemory.COMMAND_LINE, commandLine(options.commandLine(), header)),
                new Segment(acpi.address(), acpi.bytes())));
        if (longMode) {
            contents.add(new Segment(LowMemory.PAGE_TABLES, LowMemory.identityMap()));
        }
        if (disk.length > 0) {
            contents.add(new Segment(diskAt, disk));
        }
        contents.addAll(load(kernel, move));
        long entry = kernel.entry() + move.physicalShift() + (kernel.packed() && longMode ? LONG_ENTRY : 0);
        X86Start start = X86Start.of(
                longMode,
                entry,
                LowMemory.BOOT_PARAMS,
                LowMemory.STACK,
                LowMemory.GDT,
                LowMemory.GDT_LIMIT,
                LowMemory.PAGE_TABLES);
        return new LinuxBoot(start, List.copyOf(contents), move.physicalShift(), move.virtualShift());
    }

    private static byte[] commandLine(String line, SetupHeader header) {
        byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length > header.commandLineSize()) {
            throw new IllegalArgumentException("the kernel's command line is too long: " + bytes.length
                    + " bytes, at most " + header.commandLineSize());
        }
        return Arrays.copyOf(bytes, bytes.length + 1);
    }

    private static byte[] seed(long seed) {
        ByteBuffer bytes = ByteBuffer.allocate(SEED_BYTES);
        for (int i = 0; i < SEED_BYTES / 8; i++) {
            bytes.putLong((seed + i + 1) * 0x9E37_79B9_7F4A_7C15L);
        }
        return bytes.array();
    }

    private static List<Segment> load(LinuxKernel kernel, Kaslr move) {
        if (move.virtualShift() == 0) {
            return kernel.segments().stream()
                    .map(segment -> new Segment(segment.physical() + move.physicalShift(), segment.bytes()))
                    .toList();
        }
        long start = kernel.start();
        long end = kernel.segments().stream()
                .mapToLong(segment -> segment.physical() + segment.bytes().length)
                .max()
                .orElse(start);
        byte[] image = new byte[(int) (end - start)];
        long offset = 0;
        for (LinuxKernel.Segment segment : kernel.segments()) {
            System.arraycopy(segment.bytes(), 0, image, (int) (segment.physical() - start), segment.bytes().length);
            if (kernel.entry() >= segment.physical() && kernel.entry() < segment.end()) {
                // Per-CPU data is linked elsewhere; the table means all of the image as seen from the text.
                offset = segment.virtual() - segment.physical();
            }
        }
        new Relocations(kernel.relocations(), kernel.wide()).apply(image, start + offset, move.virtualShift());
        return List.of(new Segment(start + move.physicalShift(), image));
    }
}
