package org.jkprobes.machine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.BitSet;
import java.util.zip.CRC32C;
import org.jkprobes.machine.engine.Ram;

/**
 * A snapshot's file, little endian. Its head: {@link #MAGIC}, version (int), CRC-32C of the rest of the head (int), length of the file (long),
 * length of the description (int), number of used pages (int), CRC-32C of their bytes (int), 0 (int); the {@link SnapshotDescription}; the
 * numbers of the used pages (ints, ascending); their hashes (longs). From the next multiple of a page on, RAM as it lies in the machine, so
 * that it can be mapped: where no used page is, the file has a hole.
 *
 * @param pageNumbers which pages are not all zeros, ascending
 * @param pageHashes of those pages, see {@link Ram}
 * @param ramAt where RAM starts in the file
 * @param pagesChecksum CRC-32C of those pages, one after the other
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record SnapshotLayout(
        SnapshotDescription description, int[] pageNumbers, long[] pageHashes, long ramAt, int pagesChecksum) {
    static final long MAGIC = 0x0a70616e73706b6aL; // "jkpsnap\n"
    static final int VERSION = 4;
    static final int VERSION_AT = 8;
    static final int CHECKSUM_AT = 12;
    static final int HEADER = 40;

    /** No head is longer: it is read in one piece. */
    private static final long LONGEST = 256 << 20;

    /** How long the head is with such a description and so many pages. */
    private static long headLength(int descriptionLength, int pageCount) {
        return HEADER + (long) descriptionLength + 12L * pageCount;
    }

    private static long ramAt(long headLength) {
        return (headLength + Ram.PAGE - 1) / Ram.PAGE * Ram.PAGE;
    }

    /** Of a file with such contents. */
    static SnapshotLayout of(SnapshotDescription description, int[] pageNumbers, long[] pageHashes, int pagesChecksum) {
        long head = headLength(description.toBytes().length, pageNumbers.length);
        return new SnapshotLayout(description, pageNumbers, pageHashes, ramAt(head), pagesChecksum);
    }

    long fileLength() {
        return ramAt + description.ramBytes();
    }

    /** Where a page is in the file. */
    long at(int page) {
        return ramAt + (long) page * Ram.PAGE;
    }

    BitSet used() {
        BitSet used = new BitSet();
        for (int page : pageNumbers) {
            used.set(page);
        }
        return used;
    }

    /** The hashes of all pages, by number. */
    long[] hashes() {
        long[] hashes = new long[(int) (description.ramBytes() / Ram.PAGE)];
        for (int i = 0; i < pageNumbers.length; i++) {
            hashes[pageNumbers[i]] = pageHashes[i];
        }
        return hashes;
    }

    /** The file's head. */
    ByteBuffer head() {
        byte[] described = description.toBytes();
        ByteBuffer head = ByteBuffer.allocate((int) headLength(described.length, pageNumbers.length))
                .order(ByteOrder.LITTLE_ENDIAN);
        head.putLong(MAGIC).putInt(VERSION).putInt(0).putLong(fileLength());
        head.putInt(described.length)
                .putInt(pageNumbers.length)
                .putInt(pagesChecksum)
                .putInt(0)
                .put(described);
        for (int page : pageNumbers) {
            head.putInt(page);
        }
        for (long hash : pageHashes) {
            head.putLong(hash);
        }
        head.flip();
        return head.putInt(CHECKSUM_AT, checksum(head));
    }

    private static int checksum(ByteBuffer head) {
        CRC32C sum = new CRC32C();
        sum.update(head.duplicate().position(CHECKSUM_AT + 4));
        return (int) sum.getValue();
    }

    /**
     * Reads a file's head.
     *
     * @throws SnapshotException if it is not one as {@link #head} makes them
     */
    static SnapshotLayout read(FileChannel file) throws IOException {
        long size = file.size();
        ByteBuffer start = read(file, (int) Math.min(size, HEADER));
        if (size < HEADER || start.getLong(0) != MAGIC) {
            throw new SnapshotException("not a snapshot, or a truncated one");
        }
        int version = start.getInt(VERSION_AT);
        if (version != VERSION) {
            throw new SnapshotException("of version " + version + ", and this jkprobes reads version " + VERSION);
        }
        long wanted = start.getLong(16);
        int descriptionLength = start.getInt(24);
        int pageCount = start.getInt(28);
        if (wanted != size) {
            throw new SnapshotException("truncated or damaged: " + size + " bytes, not " + wanted);
        }
        long length = headLength(descriptionLength, pageCount);
        if (descriptionLength < 0 || pageCount < 0 || length > Math.min(size, LONGEST)) {
            throw new SnapshotException("damaged");
        }
        ByteBuffer head = read(file, (int) length);
        if (checksum(head) != head.getInt(CHECKSUM_AT)) {
            throw new SnapshotException("damaged");
        }
        byte[] described = new byte[descriptionLength];
        int[] numbers = new int[pageCount];
        long[] hashes = new long[pageCount];
        head.position(HEADER).get(described);
        head.slice().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(numbers);
        head.position(head.position() + 4 * pageCount);
        head.slice().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(hashes);
        SnapshotDescription description = SnapshotDescription.read(described);
        checkNumbers(numbers, description.ramBytes());
        SnapshotLayout layout =
                new SnapshotLayout(description, numbers, hashes, ramAt(length), head.getInt(HEADER - 8));
        if (description.ramBytes() <= 0 || description.ramBytes() % Ram.PAGE != 0 || layout.fileLength() != size) {
            throw new SnapshotException("damaged: of a machine with " + description.ramBytes() + " bytes of memory");
        }
        return layout;
    }

    private static ByteBuffer read(FileChannel file, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, bytes.position()) < 0) {
                throw new SnapshotException("truncated while it was read");
            }
        }
        return bytes.flip();
    }

    private static void checkNumbers(int[] numbers, long ramBytes) {
        long previous = -1;
        for (int number : numbers) {
            if (number <= previous || number >= ramBytes / Ram.PAGE) {
                throw new SnapshotException("damaged: a page number of " + number);
            }
            previous = number;
        }
    }
}
