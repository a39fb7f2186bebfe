package org.jkprobes.machine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jkprobes.machine.engine.Ram;

/**
 * A snapshot's file, little endian: {@link #MAGIC}, version (int), CRC-32C of all that follows it (int), length of the file (long),
 * length of the description (int), number of pages (int); the description, as {@link StateOutput} writes it: board, bytes of RAM,
 * state hash, notes, state of all but RAM; the pages' numbers (ints, ascending); from the next multiple of a page on, the pages.
 *
 * @param state the state of all but RAM
 * @param pageNumbers an int a page
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record SnapshotLayout(
        String board,
        long ramBytes,
        long stateHash,
        Map<String, String> notes,
        byte[] state,
        MemorySegment pageNumbers,
        MemorySegment pages) {
    static final long MAGIC = 0x0a70616e73706b6aL; // "jkpsnap\n"
    static final int VERSION = 3;
    static final int VERSION_AT = 8;
    static final int CHECKSUM_AT = 12;
    static final int LENGTH_AT = 16;
    static final int DESCRIPTION_LENGTH_AT = 24;
    static final int PAGE_COUNT_AT = 28;
    static final int HEADER = 32;

    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    int pageCount() {
        return (int) (pageNumbers.byteSize() / 4);
    }

    /** Where the pages start in a file with such a description and so many pages. */
    static long pagesAt(int descriptionLength, int pageCount) {
        long end = HEADER + (long) descriptionLength + 4L * pageCount;
        return (end + Ram.PAGE - 1) / Ram.PAGE * Ram.PAGE;
    }

    /**
     * Reads a whole file.
     *
     * @throws SnapshotException if it is not a snapshot as {@link SnapshotWriter} writes them
     */
    static SnapshotLayout read(MemorySegment file) {
        if (file.byteSize() < HEADER || file.get(LONG, 0) != MAGIC) {
            throw new SnapshotException("not a snapshot, or a truncated one");
        }
        int version = file.get(INT, VERSION_AT);
        if (version != VERSION) {
            throw new SnapshotException("of version " + version + ", and this jkprobes reads version " + VERSION);
        }
        int descriptionLength = file.get(INT, DESCRIPTION_LENGTH_AT);
        int pageCount = file.get(INT, PAGE_COUNT_AT);
        if (file.get(LONG, LENGTH_AT) != file.byteSize()) {
            throw new SnapshotException(
                    "truncated or damaged: " + file.byteSize() + " bytes, not " + file.get(LONG, LENGTH_AT));
        }
        if (descriptionLength < 0
                || pageCount < 0
                || pagesAt(descriptionLength, pageCount) + (long) pageCount * Ram.PAGE != file.byteSize()
                || checksum(file) != file.get(INT, CHECKSUM_AT)) {
            throw new SnapshotException("damaged");
        }
        return read(file, descriptionLength, pageCount);
    }

    private static SnapshotLayout read(MemorySegment file, int descriptionLength, int pageCount) {
        StateInput description =
                new StateInput(file.asSlice(HEADER, descriptionLength).toArray(ValueLayout.JAVA_BYTE));
        MemorySegment numbers = file.asSlice(HEADER + (long) descriptionLength, 4L * pageCount);
        String board = text(description);
        long ramBytes = description.getLong();
        long hash = description.getLong();
        int noteCount = description.getInt();
        Map<String, String> notes = new LinkedHashMap<>();
        for (int i = 0; i < noteCount; i++) {
            notes.put(text(description), text(description));
        }
        byte[] state = description.getBytes();
        checkNumbers(numbers, ramBytes);
        MemorySegment pages = file.asSlice(pagesAt(descriptionLength, pageCount));
        return new SnapshotLayout(board, ramBytes, hash, Map.copyOf(notes), state, numbers, pages);
    }

    private static String text(StateInput in) {
        return new String(in.getBytes(), StandardCharsets.UTF_8);
    }

    private static void checkNumbers(MemorySegment numbers, long ramBytes) {
        long previous = -1;
        for (long at = 0; at < numbers.byteSize(); at += 4) {
            int number = numbers.get(INT, at);
            if (number <= previous || number >= ramBytes / Ram.PAGE) {
                throw new SnapshotException("damaged: a page number of " + number);
            }
            previous = number;
        }
    }

    /** Of what follows the checksum. */
    private static int checksum(MemorySegment file) {
        CRC32C sum = new CRC32C();
        for (long at = CHECKSUM_AT + 4L; at < file.byteSize(); ) {
            long length = Math.min(1 << 30, file.byteSize() - at);
            sum.update(file.asSlice(at, length).asByteBuffer());
            at += length;
        }
        return (int) sum.getValue();
    }
}
