package org.jkprobes.images;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * An ELF executable's loadable segments, 32 or 64 bits, either byte order (System V gABI, chapters 4 and 5).
 *
 * @param bytes the whole file in its own byte order
 * @param entry {@code e_entry}
 */
record Elf(Bytes bytes, Architecture architecture, long entry, List<LoadSegment> segments) {
    private static final int ET_EXEC = 2;
    private static final int ET_DYN = 3;
    private static final int PT_LOAD = 1;
    private static final int PT_INTERP = 3;

    /** More program headers than any kernel has; keeps hostile files cheap. */
    private static final int MOST_HEADERS = 64;

    static boolean stands(byte[] file) {
        return new Bytes(file, ByteOrder.LITTLE_ENDIAN).has(0, (byte) 0x7f, (byte) 'E', (byte) 'L', (byte) 'F');
    }

    /** Whose instructions an ELF file of any type holds. */
    static Architecture identify(byte[] file) throws ImageException {
        if (!stands(file)) {
            throw new ImageException("not an ELF file");
        }
        Bytes bytes = ordered(file);
        int machine = bytes.u16(18);
        return Architecture.ofElf(machine, wide(bytes) ? 64 : 32, bytes.order())
                .orElseThrow(() ->
                        new ImageException("an ELF file for an unknown architecture (e_machine " + machine + ")"));
    }

    private static Bytes ordered(byte[] file) throws ImageException {
        Bytes ident = new Bytes(file, ByteOrder.LITTLE_ENDIAN);
        int width = ident.u8(4);
        int data = ident.u8(5);
        if (width < 1 || width > 2 || data < 1 || data > 2) {
            throw new ImageException("a damaged ELF header");
        }
        return new Bytes(file, data == 1 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    }

    private static boolean wide(Bytes bytes) throws ImageException {
        return bytes.u8(4) == 2;
    }

    /**
     * Whether a program needs an interpreter: it is linked dynamically.
     *
     * @throws ImageException if it is no program, or truncated
     */
    static boolean isDynamic(byte[] file) throws ImageException {
        Bytes bytes = ordered(file);
        boolean wide = wide(bytes);
        int type = bytes.u16(16);
        if (type != ET_EXEC && type != ET_DYN) {
            throw new ImageException("an ELF file, but not a program (e_type " + type + ")");
        }
        boolean dynamic = false;
        long table = wide ? bytes.u64(32) : bytes.u32(28);
        int entrySize = bytes.u16(wide ? 54 : 42);
        int count = bytes.u16(wide ? 56 : 44);
        for (int i = 0; i < count; i++) {
            long at = table + (long) i * entrySize;
            dynamic |= bytes.u32(at) == PT_INTERP;
            if (bytes.u32(at) == PT_LOAD) {
                bytes.slice(
                        wide ? bytes.u64(at + 8) : bytes.u32(at + 4), wide ? bytes.u64(at + 32) : bytes.u32(at + 16));
            }
        }
        return dynamic;
    }

    static Elf read(byte[] file) throws ImageException {
        Architecture architecture = identify(file);
        Bytes bytes = ordered(file);
        boolean wide = wide(bytes);
        int type = bytes.u16(16);
        if (type != ET_EXEC) {
            throw new ImageException("an ELF file, but not an executable kernel (e_type " + type + ")");
        }
        long entry = wide ? bytes.u64(24) : bytes.u32(24);
        long table = wide ? bytes.u64(32) : bytes.u32(28);
        int entrySize = bytes.u16(wide ? 54 : 42);
        int count = bytes.u16(wide ? 56 : 44);
        if (count == 0 || count > MOST_HEADERS || entrySize < (wide ? 56 : 32)) {
            throw new ImageException("an ELF file with damaged program headers");
        }
        List<LoadSegment> segments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long at = table + (long) i * entrySize;
            if (bytes.u32(at) == PT_LOAD) {
                segment(bytes, architecture, wide, at, segments);
            }
        }
        if (segments.isEmpty()) {
            throw new ImageException("an ELF file with nothing to load");
        }
        if (architecture.mips() && !unmapped(entry)) {
            throw new ImageException("an ELF program, not a kernel: it starts in user space");
        }
        return new Elf(bytes, architecture, entry, List.copyOf(segments));
    }

    private static void segment(Bytes bytes, Architecture architecture, boolean wide, long at, List<LoadSegment> into)
            throws ImageException {
        long offset = wide ? bytes.u64(at + 8) : bytes.u32(at + 4);
        long virtual = wide ? bytes.u64(at + 16) : bytes.u32(at + 8);
        long physical = wide ? bytes.u64(at + 24) : bytes.u32(at + 12);
        long fileSize = wide ? bytes.u64(at + 32) : bytes.u32(at + 16);
        long memorySize = wide ? bytes.u64(at + 40) : bytes.u32(at + 20);
        if (memorySize < fileSize || memorySize < 0 || memorySize > Packing.CAP) {
            throw new ImageException("an ELF file with a damaged segment of 0x%x bytes".formatted(memorySize));
        }
        if (memorySize == 0) {
            return;
        }
        into.add(new LoadSegment(
                architecture.mips() ? mipsPhysical(physical) : physical,
                virtual,
                bytes.slice(offset, fileSize),
                memorySize - fileSize));
    }

    /** Where the file ends according to its header: behind the section headers and all segments' bytes. */
    long end() throws ImageException {
        boolean wide = wide(bytes);
        long sections = wide ? bytes.u64(40) : bytes.u32(32);
        long size = (long) bytes.u16(wide ? 58 : 46) * bytes.u16(wide ? 60 : 48);
        long table = wide ? bytes.u64(32) : bytes.u32(28);
        int entrySize = bytes.u16(wide ? 54 : 42);
        long end = sections == 0 ? 0 : sections + size;
        for (int i = 0; i < bytes.u16(wide ? 56 : 44); i++) {
            long at = table + (long) i * entrySize;
            long offset = wide ? bytes.u64(at + 8) : bytes.u32(at + 4);
            end = Math.max(end, offset + (wide ? bytes.u64(at + 32) : bytes.u32(at + 16)));
        }
        return Math.clamp(end, 0, bytes.size());
    }

    /** Whether a MIPS address lies in KSEG0 or KSEG1, which is where the processor can be before any TLB entry is. */
    private static boolean unmapped(long address) {
        return (address & 0xc000_0000L) == 0x8000_0000L;
    }

    /** MIPS linkers put the KSEG0 address where the physical one belongs: both windows map the low 512 MiB. */
    static long mipsPhysical(long address) {
        return address & 0x1fff_ffffL;
    }
}
