package org.jkprobes.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.engine.HostFile;
import org.jkprobes.machine.engine.Ram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotTest {
    private static final Map<String, String> NOTES = Map.of("kernel", "6.1 déjà vu", "append", "quiet\nnokaslr");

    @TempDir
    Path folder;

    private Path snapshotAt(long retired) {
        Path file = folder.resolve("guest.snap");
        BusyGuest guest = BusyGuest.booted();
        guest.machine.run(retired);
        Snapshot.save(guest.machine, file, NOTES);
        return file;
    }

    private static void restore(Path file, Machine machine) {
        try (Snapshot snapshot = Snapshot.open(file)) {
            snapshot.restore(machine);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 17, 4_999, 77_777, 1_234_567})
    void restored_equals_uninterrupted(long savedAt) {
        BusyGuest uninterrupted = BusyGuest.booted();
        BusyGuest restored = new BusyGuest(BusyGuest.MEMORY);
        restore(snapshotAt(savedAt), restored.machine);
        // A machine that has been used forgets all it was.
        BusyGuest reused = BusyGuest.booted();
        reused.machine.run(400_000);
        restore(snapshotAt(savedAt), reused.machine);

        SplittableRandom random = new SplittableRandom(savedAt);
        for (long at = savedAt, i = 0; i < 20; at += random.nextInt(1, 60_000), i++) {
            for (BusyGuest guest : List.of(uninterrupted, restored, reused)) {
                assertThat(guest.machine.run(at)).isEqualTo(Machine.Outcome.REACHED);
            }
            assertThat(restored.machine.stateHash())
                    .as("restored at %d, compared at %d", savedAt, at)
                    .isEqualTo(uninterrupted.machine.stateHash());
            assertThat(reused.machine.stateHash())
                    .as("restored over another at %d, compared at %d", savedAt, at)
                    .isEqualTo(uninterrupted.machine.stateHash());
        }
        assertThat(contents(restored)).isEqualTo(contents(uninterrupted));
    }

    private static byte[] contents(BusyGuest guest) {
        byte[] bytes = new byte[(int) guest.machine.ram().size()];
        guest.machine.ram().read(0, bytes, 0, bytes.length);
        return bytes;
    }

    /** The guest does what it is made for; otherwise these tests would prove little. */
    @Test
    void the_guest_is_busy() {
        BusyGuest guest = BusyGuest.booted();
        guest.machine.run(1_000_000);
        int interrupts = (int) guest.malta.cpu().slot(23);
        assertThat(interrupts).isGreaterThan(100);
        assertThat(guest.machine.timeline().now()).isGreaterThan(1_000_000L * Timeline.NS_PER_INSTRUCTION);
        long mapped = 0;
        for (byte b : Arrays.copyOfRange(contents(guest), 2 << 20, 3 << 20)) {
            mapped += b == 0 ? 0 : 1;
        }
        assertThat(mapped).isGreaterThan(10_000);
    }

    /** Where a run is cut into slices is the host's affair. */
    @ParameterizedTest
    @ValueSource(longs = {2, 5, 6, 11, 12})
    void slices_do_not_show(long seed) {
        BusyGuest sliced = BusyGuest.booted();
        SplittableRandom random = new SplittableRandom(seed);
        long at = 0;
        while (at < 500_000) {
            at += random.nextInt(1, 3000);
            sliced.machine.run(at);
        }
        BusyGuest atOnce = BusyGuest.booted();
        atOnce.machine.run(at);
        assertThat(sliced.machine.stateHash()).isEqualTo(atOnce.machine.stateHash());
    }

    @Test
    void hash_tells_machines_apart() {
        BusyGuest guest = BusyGuest.booted();
        guest.machine.run(50_000);
        long before = guest.machine.stateHash();
        byte[] one = new byte[1];
        guest.machine.ram().read(0x3fffff, one, 0, 1);
        guest.malta.load(0x3fffff, new byte[] {(byte) (one[0] + 1)});
        assertThat(guest.machine.stateHash()).isNotEqualTo(before);
        guest.malta.load(0x3fffff, one);
        assertThat(guest.machine.stateHash()).isEqualTo(before);
    }

    @Test
    void notes_are_kept_and_nothing_is_left_beside() throws IOException {
        Path file = snapshotAt(1000);
        Snapshot.save(BusyGuest.booted().machine, file, NOTES);
        try (Snapshot snapshot = Snapshot.open(file);
                Stream<Path> files = Files.list(folder)) {
            assertThat(snapshot.notes()).isEqualTo(NOTES);
            assertThat(snapshot.board()).isEqualTo("malta");
            assertThat(snapshot.ramBytes()).isEqualTo(4 << 20);
            assertThat(snapshot.stateHash())
                    .isEqualTo(BusyGuest.booted().machine.stateHash());
            assertThat(files).containsExactly(file);
        }
        assertThat(blocksOnDisk(file)).as("only used pages").isLessThan(64 << 10);
    }

    /** What of a file is not a hole, in bytes. */
    private static long blocksOnDisk(Path file) throws IOException {
        HostFile host = HostFile.open(file).orElseThrow();
        long bytes = 0;
        for (long at = host.nextData(0); at >= 0; at = host.nextData(at)) {
            long end = host.nextHole(at);
            bytes += end - at;
            at = end;
        }
        return bytes;
    }

    @Test
    void equal_machines_give_equal_files() throws IOException {
        byte[] first = Files.readAllBytes(snapshotAt(100_000));
        BusyGuest restored = new BusyGuest(BusyGuest.MEMORY);
        restore(folder.resolve("guest.snap"), restored.machine);
        Snapshot.save(restored.machine, folder.resolve("again.snap"), NOTES);
        assertThat(Files.readAllBytes(folder.resolve("again.snap"))).isEqualTo(first);
    }

    @Test
    void another_machine_is_refused_and_unchanged() {
        BusyGuest other = new BusyGuest(new MaltaMemory(8 << 20));
        long before = other.machine.stateHash();
        assertThatThrownBy(() -> restore(snapshotAt(10), other.machine))
                .isInstanceOf(SnapshotException.class)
                .hasMessageEndingWith("it is of a machine with 4 MiB of memory, not 8");
        assertThat(other.machine.stateHash()).isEqualTo(before);
    }

    @Test
    void unusable_files_are_refused_with_a_line() throws IOException {
        Files.createFile(folder.resolve("empty"));
        Files.writeString(folder.resolve("text"), "This is not a snapshot.\n".repeat(100));
        assertRefused(folder.resolve("empty"), "not a snapshot, or a truncated one");
        assertRefused(folder.resolve("text"), "not a snapshot, or a truncated one");
        assertRefused(folder.resolve("absent"), "no such file or folder");
        assertRefused(folder, "");
        byte[] newer = Files.readAllBytes(snapshotAt(10));
        newer[SnapshotLayout.VERSION_AT]++;
        Files.write(folder.resolve("newer"), newer);
        assertRefused(
                folder.resolve("newer"),
                "of version " + (SnapshotLayout.VERSION + 1) + ", and this jkprobes reads version "
                        + SnapshotLayout.VERSION);

        Machine machine = BusyGuest.booted().machine;
        assertThatThrownBy(() -> Snapshot.save(machine, folder.resolve("absent/guest.snap"), Map.of()))
                .isInstanceOf(SnapshotException.class)
                .hasMessageEndingWith("no such file or folder");
    }

    private static void assertRefused(Path file, String reason) {
        assertThatThrownBy(() -> Snapshot.open(file).close())
                .isInstanceOf(SnapshotException.class)
                .hasMessageStartingWith("snapshot " + file + ": ")
                .hasMessageEndingWith(reason)
                .hasMessageNotContaining("\n");
    }

    @Test
    void every_truncation_and_mutation_is_seen() throws IOException {
        Path file = snapshotAt(3000);
        Path damaged = folder.resolve("damaged");
        SplittableRandom random = new SplittableRandom(7);
        BusyGuest guest = BusyGuest.booted();
        long before = guest.machine.stateHash();
        long whole = Files.size(file);
        for (int i = 0; i < 300; i++) {
            if (i % 100 == 0) {
                copySparse(file, damaged);
            }
            try (RandomAccessFile bytes = new RandomAccessFile(damaged.toFile(), "rw")) {
                Runnable mend = i % 3 == 0 ? cut(bytes, otherThan(whole, random)) : mutate(bytes, random);
                bytes.getChannel().force(false);
                assertThatThrownBy(() -> restore(damaged, guest.machine))
                        .as("case %d", i)
                        .isInstanceOf(SnapshotException.class)
                        .hasMessageStartingWith("snapshot " + damaged + ": ")
                        .hasMessageNotContaining("\n");
                mend.run();
            }
            if (i % 3 == 0) {
                copySparse(file, damaged);
            }
        }
        assertThat(guest.machine.stateHash()).isEqualTo(before);
        restore(damaged, guest.machine);
        try (Snapshot snapshot = Snapshot.open(file)) {
            assertThat(guest.machine.stateHash()).isEqualTo(snapshot.stateHash());
        }
    }

    private static long otherThan(long whole, SplittableRandom random) {
        long length = random.nextLong(2 * whole);
        return length == whole ? 0 : length;
    }

    private static Runnable cut(RandomAccessFile file, long length) throws IOException {
        file.setLength(length);
        return () -> {};
    }

    /** Changes a byte, of the head more often than of RAM, holes included. */
    private static Runnable mutate(RandomAccessFile file, SplittableRandom random) throws IOException {
        long at = random.nextBoolean() ? random.nextInt(headLength(file)) : random.nextLong(file.length());
        if (at >= headLength(file) && at < ramAt(file)) {
            at = 0;
        }
        file.seek(at);
        int was = file.read();
        file.seek(at);
        file.write(was ^ random.nextInt(1, 256));
        long place = at;
        return () -> {
            try {
                file.seek(place);
                file.write(was);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private static int headLength(RandomAccessFile file) throws IOException {
        file.seek(24);
        return SnapshotLayout.HEADER + Integer.reverseBytes(file.readInt()) + 12 * Integer.reverseBytes(file.readInt());
    }

    private static long ramAt(RandomAccessFile file) throws IOException {
        return (headLength(file) + Ram.PAGE - 1) / Ram.PAGE * (long) Ram.PAGE;
    }

    /** A copy that may be written to. */
    private static void copySparse(Path from, Path to) throws IOException {
        Files.deleteIfExists(to);
        HostFile host = HostFile.open(from).orElseThrow();
        try (RandomAccessFile out = new RandomAccessFile(to.toFile(), "rw");
                FileChannel in = FileChannel.open(from)) {
            for (long at = host.nextData(0); at >= 0; at = host.nextData(at)) {
                long end = host.nextHole(at);
                out.seek(at);
                for (; at < end; at += in.transferTo(at, end - at, out.getChannel())) {
                    // The channel's position moves along.
                }
            }
            out.setLength(in.size());
        }
    }

    /** Even a file whose checksum was made to fit gets its line. */
    @Test
    void forged_files_are_refused_or_harmless() throws IOException {
        Path file = snapshotAt(3000);
        Path forged = folder.resolve("forged");
        copySparse(file, forged);
        SplittableRandom random = new SplittableRandom(8);
        BusyGuest guest = new BusyGuest(BusyGuest.MEMORY);
        int refused = 0;
        try (RandomAccessFile out = new RandomAccessFile(forged.toFile(), "rw")) {
            byte[] whole = new byte[headLength(out)];
            out.seek(0);
            out.readFully(whole);
            for (int i = 0; i < 600; i++) {
                byte[] bytes = whole.clone();
                for (int n = random.nextInt(1, 4); n > 0; n--) {
                    int limit = random.nextBoolean() ? 200 : bytes.length;
                    bytes[random.nextInt(SnapshotLayout.CHECKSUM_AT + 4, limit)] = (byte) random.nextInt();
                }
                CRC32C sum = new CRC32C();
                sum.update(bytes, SnapshotLayout.CHECKSUM_AT + 4, bytes.length - SnapshotLayout.CHECKSUM_AT - 4);
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(SnapshotLayout.CHECKSUM_AT, (int)
                        sum.getValue());
                out.seek(0);
                out.write(bytes);
                Throwable thrown = catchThrowable(() -> restore(forged, guest.machine));
                if (thrown != null) {
                    assertThat(thrown).as("case %d", i).isInstanceOf(SnapshotException.class);
                    refused++;
                }
            }
        }
        assertThat(refused).isGreaterThan(400);
    }

    /** A file that somebody may write to is nobody's memory: it may be cut while a machine runs from it. */
    @Test
    void a_writable_file_may_change_once_it_is_restored() throws IOException {
        BusyGuest expected = BusyGuest.booted();
        expected.machine.run(100_000);
        Path file = folder.resolve("writable.snap");
        copySparse(snapshotAt(50_000), file);
        BusyGuest restored = new BusyGuest(BusyGuest.MEMORY);
        restore(file, restored.machine);
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(0);
        }
        restored.machine.run(100_000);
        assertThat(restored.machine.stateHash()).isEqualTo(expected.machine.stateHash());
        assertThat(contents(restored)).isEqualTo(contents(expected));
    }

    /** What machines map, nobody may write to; but it may be replaced. */
    @Test
    void a_saved_file_is_read_only_and_may_be_replaced_while_machines_run_from_it() throws IOException {
        BusyGuest expected = BusyGuest.booted();
        expected.machine.run(100_000);
        Path file = snapshotAt(50_000);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .doesNotContain("w");
        BusyGuest restored = new BusyGuest(BusyGuest.MEMORY);
        restore(file, restored.machine);
        snapshotAt(10);
        Files.delete(file);
        restored.machine.run(100_000);
        assertThat(contents(restored)).isEqualTo(contents(expected));
    }
}
