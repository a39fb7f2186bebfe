package org.jkprobes.machine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jkprobes.machine.engine.Ram;

/** Writes a snapshot beside its place and moves it there when it is whole. Equal machines with equal notes give equal files. */
final class SnapshotWriter {
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
                try (FileChannel channel = FileChannel.open(
                        part,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
                    new SnapshotWriter(channel).write(machine, notes);
                }
                Files.move(part, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new SnapshotException("cannot save snapshot " + file + ": " + SnapshotException.reason(e), e);
        }
    }

    private void write(Machine machine, Map<String, String> notes) throws IOException {
        Ram ram = machine.ram();
        int[] pages = usedPages(ram);
        byte[] description = describe(machine, notes);
        long pagesAt = SnapshotLayout.pagesAt(description.length, pages.length);
        ByteBuffer head = ByteBuffer.allocate((int) pagesAt).order(ByteOrder.LITTLE_ENDIAN);
        head.putLong(SnapshotLayout.MAGIC).putInt(SnapshotLayout.VERSION).putInt(0);
        head.putLong(pagesAt + (long) pages.length * Ram.PAGE);
        head.putInt(description.length).putInt(pages.length).put(description);
        for (int page : pages) {
            head.putInt(page);
        }
        head.rewind();
        checksum.update(head.duplicate().position(SnapshotLayout.CHECKSUM_AT + 4));
        channel.position(pagesAt);
        writePages(ram, pages);
        // Last, because only now the checksum is known.
        head.putInt(SnapshotLayout.CHECKSUM_AT, (int) checksum.getValue());
        channel.position(0);
        writeAll(head);
    }

    private static byte[] describe(Machine machine, Map<String, String> notes) {
        StateOutput state = new StateOutput();
        machine.saveDevices(state);
        StateOutput out = new StateOutput();
        putText(out, machine.board().name());
        out.putLong(machine.ram().size());
        out.putLong(machine.stateHash());
        out.putInt(notes.size());
        new TreeMap<>(notes).forEach((key, value) -> {
            putText(out, key);
            putText(out, value);
        });
        out.putBytes(state.toByteArray());
        return out.toByteArray();
    }

    private static void putText(StateOutput out, String text) {
        out.putBytes(text.getBytes(StandardCharsets.UTF_8));
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
    private void writePages(Ram ram, int[] pages) throws IOException {
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
            writeAll(run);
        }
    }

    private void writeAll(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
