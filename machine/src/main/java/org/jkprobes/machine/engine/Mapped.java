package org.jkprobes.machine.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory of zeros that costs nothing until it is touched: an arena fills what it allocates, and so touches all of it. Given back when nobody
 * refers to it.
 */
final class Mapped {
    private static final long LARGE_PAGE = 2L << 20;

    private Mapped() {}

    /** Whether the host maps memory and files as Linux does. */
    static boolean there() {
        return System.getProperty("os.name", "").equals("Linux");
    }

    /** So many bytes, page-aligned. */
    static MemorySegment zeros(long size) {
        if (!there()) {
            return Arena.ofAuto().allocate(size, Ram.PAGE);
        }
        // Larger, so that it can start where a large page may.
        long whole = size + LARGE_PAGE;
        long address = Mmap.map(whole, Mmap.READ | Mmap.WRITE, Mmap.PRIVATE_AND_ANONYMOUS, Mmap.NOTHING);
        if (address == Mmap.REFUSED) {
            throw new OutOfMemoryError("no %d MiB for the guest's memory".formatted(size >> 20));
        }
        long start = address + LARGE_PAGE - 1 & -LARGE_PAGE;
        Mmap.allowLargePages(start, size);
        return MemorySegment.ofAddress(start).reinterpret(size, Arena.ofAuto(), gone -> Mmap.unmap(address, whole));
    }

    /** Memory that {@link #zeros} gave becomes zeros again, and costs nothing. */
    static void forget(MemorySegment memory) {
        if (!there()) {
            memory.fill((byte) 0);
            return;
        }
        long address = memory.address();
        if (Mmap.mapOver(address, memory.byteSize(), Mmap.PRIVATE_AND_ANONYMOUS, Mmap.NOTHING, 0) == Mmap.REFUSED) {
            memory.fill((byte) 0);
        } else {
            Mmap.allowLargePages(address, memory.byteSize());
        }
    }
}
