package org.jkprobes.machine.engine;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** Memory from a Linux host: mmap(2), munmap(2), madvise(2). */
final class Mmap {
    static final int READ = 1;
    static final int WRITE = 2;
    static final int EXECUTE = 4;
    static final int SHARED = 1;
    static final int PRIVATE = 2;
    static final int PRIVATE_AND_ANONYMOUS = 0x22;
    /** No file. */
    static final int NOTHING = -1;
    /** What {@link #map} returns if the host refuses. */
    static final long REFUSED = -1;

    private static final int HUGE_PAGES = 14;
    private static final int FIXED = 0x10;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle MAP = handle(
            "mmap", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle UNMAP = handle("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle ADVISE =
            handle("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

    private Mmap() {}

    private static MethodHandle handle(String name, FunctionDescriptor type) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type);
    }

    /** The address of so many bytes, or {@link #REFUSED}. */
    static long map(long size, int protection, int flags, int file) {
        try {
            return (long) MAP.invokeExact(0L, size, protection, flags, file, 0L);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    /** Maps something else over so many bytes that are mapped, to be read and written; or {@link #REFUSED}. */
    static long mapOver(long address, long size, int flags, int file, long offset) {
        try {
            return (long) MAP.invokeExact(address, size, READ | WRITE, flags | FIXED, file, offset);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static void unmap(long address, long size) {
        try {
            int ignored = (int) UNMAP.invokeExact(address, size);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    /** The host may use its large pages there. */
    static void allowLargePages(long address, long size) {
        try {
            int ignored = (int) ADVISE.invokeExact(address, size, HUGE_PAGES);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    /** What a method handle has thrown, which is nothing checked. */
    static RuntimeException thrown(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
    }
}
