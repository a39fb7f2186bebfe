package org.jkprobes.machine.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.Optional;

/**
 * RAM as it was at some moment, for any number of machines to go on from. What most of them share is in a {@link RamFile}, which they map
 * copy-on-write; the pages that were stored to since that was made are here.
 */
public final class RamImage {
    private static final long RUN = 64L << 20;

    final long size;
    private final Optional<RamFile> file;
    /** The pages that differ from the file's, or all used ones if there is no file; those of {@link #apart}, in order. */
    private final MemorySegment pages;

    final BitSet apart;
    final BitSet used;
    final long[] pageHash;
    final long hash;

    private RamImage(
            long size,
            Optional<RamFile> file,
            MemorySegment pages,
            BitSet apart,
            BitSet used,
            long[] pageHash,
            long hash) {
        this.size = size;
        this.file = file;
        this.pages = pages;
        this.apart = apart;
        this.used = used;
        this.pageHash = pageHash;
        this.hash = hash;
    }

    /**
     * What a file holds.
     *
     * @param used the numbers of the pages that are not all zeros; the file's others are
     * @param pageHash the hash of each page, by number
     */
    public static RamImage of(RamFile file, long size, BitSet used, long[] pageHash) {
        long hash = 0;
        for (long one : pageHash) {
            hash += one;
        }
        return new RamImage(size, Optional.of(file), MemorySegment.NULL, new BitSet(), used, pageHash, hash);
    }

    /** RAM, whose pages but those {@code apart} are as in the file. */
    static RamImage of(Ram ram, Optional<RamFile> file, BitSet apart, BitSet used, long[] pageHash, long hash) {
        MemorySegment pages = Arena.ofAuto().allocate(Math.max(1, (long) apart.cardinality() * Ram.PAGE), Ram.PAGE);
        long at = 0;
        for (int page = apart.nextSetBit(0); page >= 0; page = apart.nextSetBit(page + 1), at += Ram.PAGE) {
            MemorySegment.copy(ram.bytes(), (long) page * Ram.PAGE, pages, at, Ram.PAGE);
        }
        return new RamImage(ram.size(), file, pages, apart, used, pageHash, hash);
    }

    /** The bytes of RAM that this is of. */
    public long size() {
        return size;
    }

    Optional<RamFile> file() {
        return file;
    }

    /** Memory becomes all that the file holds, if there is one. */
    void map(MemorySegment memory) {
        file.ifPresent(one -> one.file().mapOver(memory.address(), size, one.offset()));
    }

    /** Copies the pages that are not the file's. */
    void copyApart(MemorySegment memory) {
        long at = 0;
        for (int page = apart.nextSetBit(0); page >= 0; page = apart.nextSetBit(page + 1), at += Ram.PAGE) {
            MemorySegment.copy(pages, at, memory, (long) page * Ram.PAGE, Ram.PAGE);
        }
    }

    /** Copies one page. */
    void copy(int page, MemorySegment into) {
        if (apart.get(page)) {
            long at = (long) apart.get(0, page).cardinality() * Ram.PAGE;
            into.copyFrom(pages.asSlice(at, Ram.PAGE));
            return;
        }
        RamFile from = file.orElseThrow();
        try (FileChannel channel = from.file().channel(StandardOpenOption.READ)) {
            ByteBuffer buffer = into.asByteBuffer();
            while (buffer.hasRemaining()
                    && channel.read(buffer, from.offset() + (long) page * Ram.PAGE + buffer.position()) >= 0) {
                // A file gives what it likes at a time.
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies pages of RAM into a file of their own, holes for all others; empty if the host has no such files. */
    static Optional<RamFile> freeze(Ram ram, BitSet used) {
        Optional<HostFile> made = HostFile.inMemory("jkprobes-ram", ram.size());
        if (made.isEmpty()) {
            return Optional.empty();
        }
        try (FileChannel channel = made.get().channel(StandardOpenOption.WRITE)) {
            for (int from = used.nextSetBit(0), to; from >= 0; from = used.nextSetBit(to)) {
                to = (int) Math.min(used.nextClearBit(from), from + RUN / Ram.PAGE);
                long start = (long) from * Ram.PAGE;
                ByteBuffer run =
                        ram.bytes().asSlice(start, (long) to * Ram.PAGE - start).asByteBuffer();
                while (run.hasRemaining()) {
                    channel.write(run, start + run.position());
                }
            }
            return made.map(file -> new RamFile(file, 0));
        } catch (IOException e) {
            throw new UncheckedIOException("no memory to copy the guest's into", e);
        }
    }
}
