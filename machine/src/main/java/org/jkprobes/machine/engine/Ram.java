package org.jkprobes.machine.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Guest RAM, off-heap. Remembers which pages were stored to since they were last hashed, so that hashing a machine costs what it
 * changed. Offsets are bytes from the start of RAM.
 */
public final class Ram {
    /** Bytes of a page. */
    public static final int PAGE = 1 << SoftTlb.PAGE_BITS;

    /** So many pages are rather copied for each image than all of them for the next ones. */
    private static final int LEAST_APART = 512;

    private static final MemorySegment ZEROS = MemorySegment.ofArray(new byte[PAGE]);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final MemorySegment bytes;
    /** The pages stored to since they were hashed, and since the {@link #file} was as they are. */
    private final BitSet stale = new BitSet();

    private final BitSet apart = new BitSet();
    /** What pages are like that were not stored to since; empty if nothing is known. */
    private Optional<RamFile> file = Optional.empty();
    /** The pages, beside the stale ones, that may hold something else than zeros. */
    private final BitSet used = new BitSet();

    private long[] pageHash;
    private long hash;
    private long stores;
    private final long[] words = new long[PAGE / Long.BYTES];

    /** Where pages are kept before they are stored to. */
    private @Nullable RamUndo undo;

    /** RAM of so many bytes, a multiple of the page size, all zero. */
    public Ram(long size) {
        if (size <= 0 || size % PAGE != 0) {
            throw new IllegalArgumentException("RAM of " + size + " bytes");
        }
        bytes = Mapped.zeros(size);
        pageHash = new long[(int) (size / PAGE)];
    }

    public MemorySegment bytes() {
        return bytes;
    }

    public long size() {
        return bytes.byteSize();
    }

    /** Says that a page is about to be stored to, by any way but {@link #write}. */
    void touch(long offset) {
        if (undo != null) {
            undo.keep((int) (offset >>> SoftTlb.PAGE_BITS));
        }
        stored(offset, 1);
    }

    /** Copies bytes into RAM. */
    public void write(long offset, byte[] from) {
        keep(offset, from.length);
        MemorySegment.copy(from, 0, bytes, ValueLayout.JAVA_BYTE, offset, from.length);
        if (from.length > 0) {
            stored(offset, from.length);
        }
    }

    private void keep(long offset, long length) {
        if (undo != null && length > 0) {
            for (int page = (int) (offset / PAGE); page <= (offset + length - 1) / PAGE; page++) {
                undo.keep(page);
            }
        }
    }

    /** Has pages kept from now on, by this or, if null, no more. Returns who kept them before. */
    @Nullable
    RamUndo undo(@Nullable RamUndo by) {
        RamUndo before = undo;
        undo = by;
        return before;
    }

    /** Copies bytes out of RAM. */
    public void read(long offset, byte[] into, int start, int length) {
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, offset, into, start, length);
    }

    /** Copies bytes into RAM. */
    public void write(long offset, MemorySegment from) {
        keep(offset, from.byteSize());
        MemorySegment.copy(from, 0, bytes, offset, from.byteSize());
        stored(offset, from.byteSize());
    }

    /** How often pages were stored to, as far as {@link #touch} and {@link #write} know. */
    public long stores() {
        return stores;
    }

    private void stored(long offset, long size) {
        stores++;
        int first = (int) (offset / PAGE);
        int end = (int) ((offset + size + PAGE - 1) / PAGE);
        stale.set(first, end);
        apart.set(first, end);
    }

    /** The number of the first page, from {@code page} on, that is not all zeros; -1 if there is none. Does not touch unused pages. */
    public int nextUsed(int page) {
        int next = nextTouched(page);
        while (next >= 0 && bytes.asSlice((long) next * PAGE, PAGE).mismatch(ZEROS) < 0) {
            next = nextTouched(next + 1);
        }
        return next;
    }

    private int nextTouched(int page) {
        int hashed = used.nextSetBit(page);
        int unhashed = stale.nextSetBit(page);
        return hashed < 0 || unhashed < 0 ? Math.max(hashed, unhashed) : Math.min(hashed, unhashed);
    }

    /**
     * RAM as it is now. The caller has just had it hashed. Costs what was stored to since the last image, if there was one and that is not too
     * much; else a copy of what is used, for later ones to share.
     */
    RamImage image() {
        if (file.isEmpty() || apart.cardinality() > LEAST_APART + used.cardinality() / 8) {
            file = RamImage.freeze(this, used);
            apart.clear();
            if (file.isEmpty()) {
                apart.or(used);
            }
        }
        return RamImage.of(this, file, copy(apart), copy(used), pageHash.clone(), hash);
    }

    private static BitSet copy(BitSet bits) {
        return (BitSet) bits.clone();
    }

    /** RAM becomes what it was at that moment, of a machine with as much. The caller forgets all that was derived from it. */
    public void become(RamImage image) {
        if (undo != null) {
            becomeByPages(image);
            return;
        }
        if (image.file().isPresent()) {
            image.map(bytes);
        } else {
            Mapped.forget(bytes);
        }
        image.copyApart(bytes);
        file = image.file();
        stale.clear();
        apart.clear();
        used.clear();
        apart.or(image.apart);
        used.or(image.used);
        pageHash = image.pageHash.clone();
        hash = image.hash;
    }

    /** Somebody wants to know what was there before. */
    private void becomeByPages(RamImage image) {
        BitSet pages = copy(image.used);
        pages.or(used);
        pages.or(stale);
        MemorySegment page = MemorySegment.ofArray(new byte[PAGE]);
        for (int number = pages.nextSetBit(0); number >= 0; number = pages.nextSetBit(number + 1)) {
            if (image.used.get(number)) {
                image.copy(number, page);
            } else {
                page.fill((byte) 0);
            }
            write((long) number * PAGE, page);
        }
    }

    /** RAM costs nothing any more, and is all zeros. */
    public void release() {
        Mapped.forget(bytes);
        file = Optional.empty();
        stale.clear();
        apart.clear();
        used.clear();
        pageHash = new long[pageHash.length];
        hash = 0;
    }

    /** The hash of a page as of the last {@link #hash}; 0 for one of zeros. */
    public long pageHash(int page) {
        return pageHash[page];
    }

    /** A 64-bit hash of all of RAM. The caller takes write permissions from the soft TLB after it. */
    long hash() {
        for (int page = stale.nextSetBit(0); page >= 0; page = stale.nextSetBit(page + 1)) {
            hash -= pageHash[page];
            pageHash[page] = hashOf(page);
            hash += pageHash[page];
        }
        used.or(stale);
        stale.clear();
        return hash;
    }

    /** Zero for a page of zeros: RAM that nobody touched costs nothing. In an array, and in one piece: it is called before it is compiled well. */
    private long hashOf(int page) {
        long[] copy = words;
        MemorySegment.copy(bytes, LONG, (long) page * PAGE, copy, 0, copy.length);
        long h = 0;
        for (long word : copy) {
            h = (h ^ word) * 0xD6E8FEB86659FD93L;
            h ^= h >>> 32;
        }
        return h * (page * 0x9E3779B97F4A7C15L | 1);
    }
}
