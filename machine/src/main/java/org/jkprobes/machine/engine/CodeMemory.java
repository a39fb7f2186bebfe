package org.jkprobes.machine.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.Optional;

/** Memory for emitted code, mapped twice: one view is written, the other is executed, and neither is both. */
final class CodeMemory {
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
        String arch = System.getProperty("os.arch", "");
        if (!Mapped.there() || !arch.equals("amd64")) {
            return Optional.of("native code is emitted for Linux on x86-64 only, not for "
                    + System.getProperty("os.name") + " on "
                    + arch.toLowerCase(Locale.ROOT));
        }
        return Optional.empty();
    }

    /** Maps memory, which is given back when nobody refers to it. Empty if the host refuses. */
    static Optional<CodeMemory> map(long size) {
        if (refusal().isPresent()) {
            return Optional.empty();
        }
        return HostFile.inMemory("jkprobes-code", size).flatMap(file -> map(file, size));
    }

    private static Optional<CodeMemory> map(HostFile file, long size) {
        long write = file.map(size, Mmap.READ | Mmap.WRITE);
        long execute = file.map(size, Mmap.READ | Mmap.EXECUTE);
        if (write == Mmap.REFUSED || execute == Mmap.REFUSED) {
            return Optional.empty();
        }
        MemorySegment writable = MemorySegment.ofAddress(write).reinterpret(size, Arena.ofAuto(), gone -> {
            Mmap.unmap(gone.address(), size);
            Mmap.unmap(execute, size);
        });
        return Optional.of(new CodeMemory(writable, execute));
    }
}
