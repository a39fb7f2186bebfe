package org.jkprobes.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jkprobes.machine.board.malta.MaltaMemory;
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
        assertThat(Files.size(file)).as("only used pages").isLessThan(64 << 10);
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
        byte[] whole = Files.readAllBytes(snapshotAt(3000));
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 600; i++) {
            byte[] bytes = i % 3 == 0 ? Arrays.copyOf(whole, lengthOtherThan(whole, random)) : mutated(whole, random);
            assertThatThrownBy(() -> SnapshotLayout.read(MemorySegment.ofArray(bytes)))
                    .as("case %d", i)
                    .isInstanceOf(SnapshotException.class);
        }
    }

    private static int lengthOtherThan(byte[] whole, SplittableRandom random) {
        int length = random.nextInt(2 * whole.length);
        return length == whole.length ? 0 : length;
    }

    private static byte[] mutated(byte[] whole, SplittableRandom random) {
        byte[] bytes = whole.clone();
        int limit = random.nextBoolean() ? 3000 : bytes.length;
        bytes[random.nextInt(limit)] ^= (byte) random.nextInt(1, 256);
        return bytes;
    }

    /** Even a file whose checksum was made to fit gets its line. */
    @Test
    void forged_files_are_refused_or_harmless() throws IOException {
        byte[] whole = Files.readAllBytes(snapshotAt(3000));
        Path forged = folder.resolve("forged");
        SplittableRandom random = new SplittableRandom(8);
        BusyGuest guest = new BusyGuest(BusyGuest.MEMORY);
        int refused = 0;
        for (int i = 0; i < 600; i++) {
            byte[] bytes = whole.clone();
            for (int n = random.nextInt(1, 4); n > 0; n--) {
                int at = random.nextInt(SnapshotLayout.CHECKSUM_AT + 4, random.nextBoolean() ? 200 : 4000);
                bytes[at] = (byte) random.nextInt();
            }
            CRC32C sum = new CRC32C();
            sum.update(bytes, SnapshotLayout.CHECKSUM_AT + 4, bytes.length - SnapshotLayout.CHECKSUM_AT - 4);
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(SnapshotLayout.CHECKSUM_AT, (int)
                    sum.getValue());
            Files.write(forged, bytes);
            Throwable thrown = catchThrowable(() -> restore(forged, guest.machine));
            if (thrown != null) {
                assertThat(thrown).as("case %d", i).isInstanceOf(SnapshotException.class);
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(400);
    }
}
