package org.jkprobes.machine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jkprobes.machine.engine.HostFile;
import org.jkprobes.machine.engine.Ram;
import org.jkprobes.machine.engine.RamFile;
import org.jkprobes.machine.engine.RamImage;

/**
 * The RAM in a snapshot's file. All of it is read once, to see that it is undamaged. A file that nobody may write to, as {@link
 * SnapshotWriter} makes them, is what machines then map; of any other one they map a copy in memory, made by the way, so that they neither
 * change nor end with it.
 */
final class SnapshotPages {
    /** Read at once. */
    private static final int PIECE = 1 << 20;

    private final Optional<HostFile> file;
    private final FileChannel channel;
    private final SnapshotLayout layout;

    SnapshotPages(Optional<HostFile> file, FileChannel channel, SnapshotLayout layout) {
        this.file = file;
        this.channel = channel;
        this.layout = layout;
    }

    /**
     * Reads it all.
     *
     * @return what machines map; empty on a host where they cannot
     * @throws SnapshotException if it is damaged
     */
    Optional<RamFile> check() throws IOException {
        if (file.isEmpty() || file.get().isReadOnly()) {
            read(Optional.empty());
            return file.map(one -> new RamFile(one, layout.ramAt()));
        }
        Optional<HostFile> copy =
                HostFile.inMemory("jkprobes-ram", layout.description().ramBytes());
        if (copy.isEmpty()) {
            read(Optional.empty());
            return Optional.empty();
        }
        try (FileChannel into = copy.get().channel(StandardOpenOption.WRITE)) {
            read(Optional.of(into));
        }
        return Optional.of(new RamFile(copy.get(), 0));
    }

    private void read(Optional<FileChannel> copy) throws IOException {
        CRC32C sum = new CRC32C();
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        int[] numbers = layout.pageNumbers();
        for (int from = 0, to; from < numbers.length; from = to) {
            to = from + 1;
            while (to < numbers.length && to - from < PIECE / Ram.PAGE && numbers[to] == numbers[from] + (to - from)) {
                to++;
            }
            read(piece.clear().limit((to - from) * Ram.PAGE), layout.at(numbers[from]));
            sum.update(piece.duplicate());
            if (copy.isPresent()) {
                long at = (long) numbers[from] * Ram.PAGE;
                while (piece.hasRemaining()) {
                    at += copy.get().write(piece, at);
                }
            }
        }
        if ((int) sum.getValue() != layout.pagesChecksum()) {
            throw new SnapshotException("damaged");
        }
        if (file.isPresent()) {
            checkUnused(file.get(), piece);
        }
    }

    /** Where no used page is, there is a hole; a file that was copied may have zeros there. */
    private void checkUnused(HostFile holes, ByteBuffer piece) throws IOException {
        int[] numbers = layout.pageNumbers();
        for (int i = 0; i <= numbers.length; i++) {
            long from = i == 0 ? layout.ramAt() : layout.at(numbers[i - 1]) + Ram.PAGE;
            long end = i == numbers.length ? layout.fileLength() : layout.at(numbers[i]);
            for (long at = from < end ? holes.nextData(from) : -1; at >= 0 && at < end; at = holes.nextData(at)) {
                long data = Math.min(end, Math.max(at + 1, holes.nextHole(at)));
                for (; at < data; at += piece.limit()) {
                    read(piece.clear().limit((int) Math.min(PIECE, data - at)), at);
                    while (piece.remaining() >= 8) {
                        requireZero(piece.getLong());
                    }
                    while (piece.hasRemaining()) {
                        requireZero(piece.get());
                    }
                }
                if (at >= end) {
                    break;
                }
            }
        }
    }

    private static void requireZero(long value) {
        if (value != 0) {
            throw new SnapshotException("damaged");
        }
    }

    private void read(ByteBuffer into, long at) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into, at + into.position()) < 0) {
                throw new SnapshotException("truncated while it was read");
            }
        }
        into.flip();
    }

    /** RAM becomes that of the snapshot. */
    void into(Ram ram, Optional<RamFile> checked) throws IOException {
        if (checked.isPresent()) {
            ram.become(RamImage.of(checked.get(), ram.size(), layout.used(), layout.hashes()));
            return;
        }
        ram.release();
        ByteBuffer page = ByteBuffer.allocate(Ram.PAGE);
        for (int number : layout.pageNumbers()) {
            read(page.clear(), layout.at(number));
            ram.write((long) number * Ram.PAGE, page.array());
        }
    }
}
