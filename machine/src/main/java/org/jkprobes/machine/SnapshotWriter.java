package org.jkprobes.machine;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jkprobes.machine.engine.Ram;

/**
 * Writes a snapshot beside its place and moves it there when it is whole. Equal machines with equal notes give equal files. Nobody may write
 * to it then: those who start from it map it.
 */
final class SnapshotWriter {
    private static final Set<PosixFilePermission> WRITING = PosixFilePermissions.fromString("-w--w--w-");

    private final FileChannel channel;
    private final CRC32C checksum = new CRC32C();

    private SnapshotWriter(FileChannel channel) {
        this.channel = channel;
    }

    static void write(Machine machine, Path file, Map<String, String> notes) {
        Path place = file.toAbsolutePath();
        try {
            Path part = place.resolveSibling(
                    place.getFileName() + "." + ProcessHandle.current().pid() + ".part");
            try {
                Files.deleteIfExists(part);
                Files.createFile(part);
                try (RandomAccessFile sparse = new RandomAccessFile(part.toFile(), "rw")) {
                    SnapshotLayout layout = new SnapshotWriter(sparse.getChannel()).write(machine, notes);
                    // The last pages may be holes, too.
                    sparse.setLength(layout.fileLength());
                }
                Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(part);
                permissions.removeAll(WRITING);
                Files.setPosixFilePermissions(part, permissions);
                Files.move(part, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new SnapshotException("cannot save snapshot " + file + ": " + SnapshotException.reason(e), e);
        }
    }

    private SnapshotLayout write(Machine machine, Map<String, String> notes) throws IOException {
        Ram ram = machine.ram();
        SnapshotDescription description = SnapshotDescription.of(machine, notes);
        int[] pages = usedPages(ram);
        long[] hashes = Arrays.stream(pages).mapToLong(ram::pageHash).toArray();
        SnapshotLayout layout = SnapshotLayout.of(description, pages, hashes, 0);
        writePages(ram, layout);
        // Last, because only now the checksum is known.
        SnapshotLayout known = SnapshotLayout.of(description, pages, hashes, (int) checksum.getValue());
        writeAll(known.head(), 0);
        return known;
    }

    private static int[] usedPages(Ram ram) {
        int[] pages = new int[1024];
        int count = 0;
        for (int page = ram.nextUsed(0); page >= 0; page = ram.nextUsed(page + 1)) {
            if (count == pages.length) {
                pages = Arrays.copyOf(pages, 2 * count);
            }
            pages[count++] = page;
        }
        return Arrays.copyOf(pages, count);
    }

    /** Neighbours are written at once. */
    private void writePages(Ram ram, SnapshotLayout layout) throws IOException {
        int[] pages = layout.pageNumbers();
        for (int from = 0, to; from < pages.length; from = to) {
            to = from + 1;
            // 64 MiB at most: a buffer's size is an int.
            while (to < pages.length && pages[to] == pages[from] + (to - from) && to - from < 1 << 14) {
                to++;
            }
            ByteBuffer run = ram.bytes()
                    .asSlice((long) pages[from] * Ram.PAGE, (long) (to - from) * Ram.PAGE)
                    .asByteBuffer();
            checksum.update(run.duplicate());
            writeAll(run, layout.at(pages[from]));
        }
    }

    private void writeAll(ByteBuffer bytes, long at) throws IOException {
        long to = at;
        while (bytes.hasRemaining()) {
            to += channel.write(bytes, to);
        }
    }
}
