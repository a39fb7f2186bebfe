package org.jkprobes.machine;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.jkprobes.machine.engine.Ram;

/**
 * A whole machine in a file: what {@link Machine#stateHash} covers, bit by bit, and the user's notes (say, the kernel's digest and
 * command line). Keys that wait outside the guest, probes and host settings are no part of it. Only pages of RAM that are not all
 * zeros are in the file; see {@link SnapshotLayout}.
 *
 * <p>An open snapshot maps its file until it is closed.
 */
public final class Snapshot implements AutoCloseable {
    private final Path file;
    private final Arena arena;
    private final SnapshotLayout layout;

    private Snapshot(Path file, Arena arena, SnapshotLayout layout) {
        this.file = file;
        this.arena = arena;
        this.layout = layout;
    }

    /**
     * Saves a machine that is not running, in place of a file that may exist. The file is there whole or not at all.
     *
     * @throws SnapshotException if the file cannot be written
     */
    public static void save(Machine machine, Path file, Map<String, String> notes) {
        SnapshotWriter.write(machine, file, notes);
    }

    /**
     * Opens a snapshot and checks that it is undamaged.
     *
     * @throws SnapshotException if it is not, or is none, or cannot be read
     */
    public static Snapshot open(Path file) {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            return new Snapshot(file, arena, SnapshotLayout.read(bytes));
        } catch (IOException | SnapshotException | UnsupportedOperationException e) {
            arena.close();
            throw new SnapshotException("snapshot " + file + ": " + SnapshotException.reason(e), e);
        }
    }

    /** What the user noted when it was saved. */
    public Map<String, String> notes() {
        return layout.notes();
    }

    /** The name of the board it is of. */
    public String board() {
        return layout.board();
    }

    /** The size of the guest's RAM. */
    public long ramBytes() {
        return layout.ramBytes();
    }

    /** The machine's {@link Machine#stateHash}. */
    public long stateHash() {
        return layout.stateHash();
    }

    /**
     * Makes a machine equal to the one that was saved. It must not be running.
     *
     * @throws SnapshotException if it is another kind of machine (then nothing has changed), or the state makes no sense to this
     *     version of jkprobes (then the machine must not be used any more)
     */
    public void restore(Machine machine) {
        Ram ram = machine.ram();
        if (!machine.board().name().equals(board())) {
            throw refused(
                    "it is of a " + board() + ", not of a " + machine.board().name());
        }
        if (ram.size() != ramBytes()) {
            throw refused(
                    "it is of a machine with " + (ramBytes() >> 20) + " MiB of memory, not " + (ram.size() >> 20));
        }
        ram.clear();
        restorePages(ram);
        try {
            StateInput state = new StateInput(layout.state());
            machine.restoreDevices(state);
            if (!state.atEnd() || machine.stateHash() != stateHash()) {
                throw new SnapshotException("made by another version of jkprobes");
            }
        } catch (SnapshotException e) {
            throw refused(SnapshotException.reason(e));
        } catch (RuntimeException e) {
            // Devices do not check what only they could have written.
            throw new SnapshotException("snapshot " + file + ": its state is impossible", e);
        }
    }

    /** Neighbours are copied at once. */
    private void restorePages(Ram ram) {
        MemorySegment numbers = layout.pageNumbers();
        MemorySegment pages = layout.pages();
        int count = layout.pageCount();
        for (int from = 0, to; from < count; from = to) {
            int first = number(numbers, from);
            to = from + 1;
            while (to < count && number(numbers, to) == first + (to - from)) {
                to++;
            }
            ram.write((long) first * Ram.PAGE, pages.asSlice((long) from * Ram.PAGE, (long) (to - from) * Ram.PAGE));
        }
    }

    private static int number(MemorySegment numbers, int index) {
        return numbers.get(SnapshotLayout.INT, 4L * index);
    }

    private SnapshotException refused(String reason) {
        return new SnapshotException("snapshot " + file + ": " + reason);
    }

    @Override
    public void close() {
        arena.close();
    }
}
