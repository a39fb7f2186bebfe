package org.jkprobes.machine.board.pc;

import java.util.List;

/**
 * A Linux kernel for x86 as a boot loader needs it. The arrays are not copied.
 *
 * @param wide whether it is a 64-bit kernel
 * @param packed whether it is the protected-mode part of a bzImage, which unpacks and randomises itself
 * @param entry the physical address of its first instruction; of a packed one, that of its 32-bit entry
 * @param segments what to load, in the order of the image; those of an unpacked kernel say where they are linked
 * @param setup the real-mode part of the bzImage with the setup header at 0x1f1; empty for a bare vmlinux
 * @param relocations the table behind the ELF in a bzImage's payload; empty if the kernel cannot be moved
 */
@SuppressWarnings("ArrayRecordComponent")
public record LinuxKernel(
        boolean wide, boolean packed, long entry, List<Segment> segments, byte[] setup, byte[] relocations) {
    public LinuxKernel {
        segments = List.copyOf(segments);
    }

    /**
     * @param virtual the address the kernel sees it at; 32-bit addresses are zero-extended
     * @param size bytes of memory, at least those of {@code bytes}; the rest is zeros
     */
    public record Segment(long physical, long virtual, byte[] bytes, long size) {
        long end() {
            return physical + size;
        }
    }

    /** The lowest physical address it is linked for. */
    long start() {
        return segments.stream().mapToLong(Segment::physical).min().orElse(0);
    }

    /** The end of the memory it takes where it is linked for, uninitialised data included. */
    long end() {
        return segments.stream().mapToLong(Segment::end).max().orElse(0);
    }
}
