package org.jkprobes.machine.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;

/** Memory for emitted code, mapped twice: one view is written, the other is executed, and neither is both. */
final class CodeMemory {
    private static final int CLOSE_ON_EXEC = 1;

    private final MemorySegment writable;
    private final long executable;

    private CodeMemory(MemorySegment writable, long executable) {
        this.writable = writable;
        this.executable = executable;
    }

    /** The view that is written. */
    MemorySegment writable() {
        return writable;
    }

    /** The address at which it is executed. */
    long executable() {
        return executable;
    }

    long size() {
        return writable.byteSize();
    }

    /** Why there can be none here; empty if there can. */
    static Optional<String> refusal() {
        String os = System.getProperty("os.name", "");
        String arch = System.getProperty("os.arch", "");
        if (!os.equals("Linux") || !arch.equals("amd64")) {
            return Optional.of("native code is emitted for Linux on x86-64 only, not for " + os + " on "
                    + arch.toLowerCase(Locale.ROOT));
        }
        return Optional.empty();
    }

    /** Maps memory, which is given back when nobody refers to it. Empty if the host refuses. */
    static Optional<CodeMemory> map(long size) {
        if (refusal().isPresent()) {
            return Optional.empty();
        }
        try {
            Linker linker = Linker.nativeLinker();
            MethodHandle memfd = linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("memfd_create"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
            MethodHandle truncate = linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("ftruncate"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
            MethodHandle close = linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("close"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            try (Arena arena = Arena.ofConfined()) {
                int file = (int) memfd.invokeExact(arena.allocateFrom("jkprobes-code"), CLOSE_ON_EXEC);
                if (file < 0) {
                    return Optional.empty();
                }
                int truncated = (int) truncate.invokeExact(file, size);
                long write = Mmap.map(size, Mmap.READ | Mmap.WRITE, Mmap.SHARED, file);
                long execute = Mmap.map(size, Mmap.READ | Mmap.EXECUTE, Mmap.SHARED, file);
                int closed = (int) close.invokeExact(file);
                if (truncated != 0 || closed != 0 || write == Mmap.REFUSED || execute == Mmap.REFUSED) {
                    return Optional.empty();
                }
                MemorySegment writable = MemorySegment.ofAddress(write).reinterpret(size, Arena.ofAuto(), gone -> {
                    Mmap.unmap(gone.address(), size);
                    Mmap.unmap(execute, size);
                });
                return Optional.of(new CodeMemory(writable, execute));
            }
        } catch (Error | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
