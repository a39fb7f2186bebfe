package org.jkprobes.machine.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Memory of zeros that costs nothing until it is touched: an arena fills what it allocates, and so touches all of it. Given back when nobody
 * refers to it. (mmap(2), madvise(2).)
 */
final class Mapped {
    private static final int READ_AND_WRITE = 3;
    private static final int PRIVATE_AND_ANONYMOUS = 0x22;
    /** The host may use its large pages. */
    private static final int HUGE_PAGES = 14;

    private static final long HUGE_PAGE = 2L << 20;

    private Mapped() {}

    /** So many bytes, page-aligned. */
    static MemorySegment zeros(long size) {
        boolean linux = System.getProperty("os.name", "").equals("Linux");
        return linux ? mapped(size) : Arena.ofAuto().allocate(size, Ram.PAGE);
    }

    private static MemorySegment mapped(long size) {
        Linker linker = Linker.nativeLinker();
        MethodHandle map = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("mmap"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG));
        MethodHandle unmap = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("munmap"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
        MethodHandle advise = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("madvise"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
        // Larger, so that it can start where a large page may.
        long whole = size + HUGE_PAGE;
        try {
            long address = (long) map.invokeExact(0L, whole, READ_AND_WRITE, PRIVATE_AND_ANONYMOUS, -1, 0L);
            if (address == -1) {
                throw new OutOfMemoryError("no %d MiB for the guest's memory".formatted(size >> 20));
            }
            long start = address + HUGE_PAGE - 1 & -HUGE_PAGE;
            int ignored = (int) advise.invokeExact(start, size, HUGE_PAGES);
            return MemorySegment.ofAddress(start)
                    .reinterpret(size, Arena.ofAuto(), memory -> giveBack(unmap, address, whole));
        } catch (Error | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static void giveBack(MethodHandle unmap, long address, long size) {
        try {
            int ignored = (int) unmap.invokeExact(address, size);
        } catch (Error | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
