package org.jkprobes.machine.engine;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;

/**
 * A file of a Linux host by its descriptor, so that it can be mapped where guest RAM is: open(2), memfd_create(2), lseek(2). Closed when nobody
 * refers to it; what is mapped stays.
 */
public final class HostFile {
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int MEMFD_CLOSE_ON_EXEC = 1;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;

    private static final Cleaner CLEANER = Cleaner.create();

    private final int descriptor;

    private HostFile(int descriptor) {
        this.descriptor = descriptor;
        CLEANER.register(this, () -> close(descriptor));
    }

    /** The host's calls: looked up when there is a file, since other hosts lack some of them. */
    private static final class Calls {
        private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
        private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
        private static final Linker LINKER = Linker.nativeLinker();
        static final MethodHandle MEMORY = handle("memfd_create", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT));
        static final MethodHandle TRUNCATE = handle("ftruncate", FunctionDescriptor.of(INT, INT, LONG));
        static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(INT, INT));

        static MethodHandle handle(String name, FunctionDescriptor type, Linker.Option... options) {
            return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
        }
    }

    /** Those for files that are there: to link a call takes the JVM a hundredth of a second, and a boot needs none of them. */
    private static final class FileCalls {
        static final MethodHandle OPEN = Calls.handle(
                "open",
                FunctionDescriptor.of(Calls.INT, ValueLayout.ADDRESS, Calls.INT),
                Linker.Option.firstVariadicArg(2));
        static final MethodHandle SEEK =
                Calls.handle("lseek", FunctionDescriptor.of(Calls.LONG, Calls.INT, Calls.LONG, Calls.INT));
    }

    /**
     * A file of so many zeros in memory; empty if the host has none.
     *
     * @param name what the host's lists of maps and files call it
     */
    public static Optional<HostFile> inMemory(String name, long size) {
        if (!Mapped.there()) {
            return Optional.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            int file = (int) Calls.MEMORY.invokeExact(arena.allocateFrom(name), MEMFD_CLOSE_ON_EXEC);
            if (file < 0) {
                return Optional.empty();
            }
            HostFile made = new HostFile(file);
            return (int) Calls.TRUNCATE.invokeExact(file, size) == 0 ? Optional.of(made) : Optional.empty();
        } catch (Throwable e) {
            throw Mmap.thrown(e);
        }
    }

    /** A file that is there, to be read; empty if the host will not have it. */
    public static Optional<HostFile> open(Path path) {
        if (!Mapped.there()) {
            return Optional.empty();
        }
        Charset names = Charset.forName(System.getProperty("sun.jnu.encoding", StandardCharsets.UTF_8.name()));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(ValueLayout.JAVA_BYTE, (path + "\0").getBytes(names));
            int file = (int) FileCalls.OPEN.invokeExact(name, CLOSE_ON_EXEC);
            return file < 0 ? Optional.empty() : Optional.of(new HostFile(file));
        } catch (Throwable e) {
            throw Mmap.thrown(e);
        }
    }

    /** The same file, to be read or written as ever. */
    public FileChannel channel(OpenOption... options) throws IOException {
        try {
            return FileChannel.open(path(), options);
        } finally {
            Reference.reachabilityFence(this); // or it might be closed meanwhile; so below
        }
    }

    /** Whether nobody may write to it, by its permissions. */
    public boolean isReadOnly() throws IOException {
        try {
            return Collections.disjoint(
                    Files.getPosixFilePermissions(path()),
                    Set.of(
                            PosixFilePermission.OWNER_WRITE,
                            PosixFilePermission.GROUP_WRITE,
                            PosixFilePermission.OTHERS_WRITE));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private Path path() {
        return Path.of("/proc/self/fd/" + descriptor);
    }

    /** Where the next bytes are that are not a hole; -1 if there are none. */
    public long nextData(long from) {
        return seek(from, SEEK_DATA);
    }

    /** Where the next hole begins; the end of the file is one. */
    public long nextHole(long from) {
        return seek(from, SEEK_HOLE);
    }

    private long seek(long from, int whence) {
        try {
            return (long) FileCalls.SEEK.invokeExact(descriptor, from, whence);
        } catch (Throwable e) {
            throw Mmap.thrown(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Memory becomes what the file holds, page by page when it is first touched; stores to it do not reach the file.
     *
     * @throws OutOfMemoryError if the host refuses
     */
    void mapOver(long address, long size, long offset) {
        try {
            if (Mmap.mapOver(address, size, Mmap.PRIVATE, descriptor, offset) == Mmap.REFUSED) {
                throw new OutOfMemoryError("no %d MiB of a snapshot can be mapped".formatted(size >> 20));
            }
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** The address of its first bytes, mapped so that stores reach it; {@link Mmap#REFUSED} if the host refuses. */
    long map(long size, int protection) {
        try {
            return Mmap.map(size, protection, Mmap.SHARED, descriptor);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private static void close(int descriptor) {
        try {
            int ignored = (int) Calls.CLOSE.invokeExact(descriptor);
        } catch (Throwable e) {
            throw Mmap.thrown(e);
        }
    }
}
