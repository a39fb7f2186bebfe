package org.jkprobes.machine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import org.jkprobes.machine.engine.HostFile;
import org.jkprobes.machine.engine.RamImage;

/**
 * A whole machine at some moment, in a file or in memory: what {@link Machine#stateHash} covers, bit by bit, and, in a file, the user's notes
 * (say, the kernel's digest and command line). Keys that wait outside the guest, probes and host settings are no part of it.
 *
 * <p>Any number of machines may go on from a snapshot. They share its pages of RAM, copy-on-write: restoring maps them, and a machine's own are
 * only those that it stores to. So a file must not be changed in place while it is in use; that is why it is saved read-only, and why a file that
 * is not is copied into memory first. It may be removed or replaced.
 */
public final class Snapshot implements AutoCloseable {
    private final String name;
    private final SnapshotDescription description;
    private final SnapshotRam ram;

    private Snapshot(String name, SnapshotDescription description, SnapshotRam ram) {
        this.name = name;
        this.description = description;
        this.ram = ram;
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
     * A machine that is not running, as it is now. The first of a machine's copies the RAM that is used; the next ones only what was stored to
     * since, unless that is much.
     *
     * @throws IllegalStateException if the machine is in the middle of a probed instruction
     */
    public static Snapshot of(Machine machine) {
        if (machine.cpu().stepping()) {
            throw new IllegalStateException("the machine is in the middle of a probed instruction");
        }
        SnapshotDescription description = SnapshotDescription.of(machine, Map.of());
        RamImage image = machine.cpu().ramImage();
        return new Snapshot("in memory", description, ram -> ram.become(image));
    }

    /**
     * Opens a snapshot's file. Whether its RAM is undamaged another thread begins to find out; {@link #restore} tells.
     *
     * @throws SnapshotException if it is none, or damaged, or cannot be read
     */
    public static Snapshot open(Path file) {
        try {
            Optional<HostFile> host = HostFile.open(file);
            FileChannel channel = host.isPresent()
                    ? host.get().channel(StandardOpenOption.READ)
                    : FileChannel.open(file, StandardOpenOption.READ);
            try {
                SnapshotLayout layout = SnapshotLayout.read(channel);
                SnapshotCheck check = SnapshotCheck.begin(channel, new SnapshotPages(host, channel, layout));
                return new Snapshot(file.toString(), layout.description(), check);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException | SnapshotException e) {
            throw new SnapshotException("snapshot " + file + ": " + SnapshotException.reason(e), e);
        }
    }

    /** What the user noted when it was saved. */
    public Map<String, String> notes() {
        return description.notes();
    }

    /** The name of the board it is of. */
    public String board() {
        return description.board();
    }

    /** The size of the guest's RAM. */
    public long ramBytes() {
        return description.ramBytes();
    }

    /** The machine's {@link Machine#stateHash}. */
    public long stateHash() {
        return description.stateHash();
    }

    /**
     * Makes a machine equal to the one that was saved. It must not be running.
     *
     * @throws SnapshotException if it is another kind of machine, or the snapshot's RAM is damaged (then nothing has changed), or the state
     *     makes no sense to this version of jkprobes (then the machine must not be used any more)
     */
    public void restore(Machine machine) {
        if (!machine.board().name().equals(board())) {
            throw refused(
                    "it is of a " + board() + ", not of a " + machine.board().name());
        }
        if (machine.ram().size() != ramBytes()) {
            throw refused("it is of a machine with " + (ramBytes() >> 20) + " MiB of memory, not "
                    + (machine.ram().size() >> 20));
        }
        try {
            ram.into(machine.ram());
            StateInput state = new StateInput(description.state());
            machine.restoreDevices(state);
            if (!state.atEnd() || machine.stateHash() != stateHash()) {
                throw new SnapshotException("made by another version of jkprobes");
            }
        } catch (SnapshotException e) {
            throw refused(SnapshotException.reason(e));
        } catch (RuntimeException e) {
            // Devices do not check what only they could have written.
            throw new SnapshotException("snapshot " + name + ": its state is impossible", e);
        }
    }

    private SnapshotException refused(String reason) {
        return new SnapshotException("snapshot " + name + ": " + reason);
    }

    @Override
    public void close() {
        ram.close();
    }
}
