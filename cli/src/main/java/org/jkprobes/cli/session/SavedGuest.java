package org.jkprobes.cli.session;

import java.nio.file.Path;
import java.util.Map;
import org.jkprobes.cli.UserError;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.Snapshot;
import org.jkprobes.machine.SnapshotException;

/** A run's snapshot: made once, started from ever after, and refused to a run with another kernel or command line. */
final class SavedGuest {
    private static final String KERNEL = "kernel";
    private static final String COMMAND_LINE = "command-line";
    private static final String MOVED = "moved";

    private SavedGuest() {}

    /** Saves a guest whose kernel has moved by {@code delta}. */
    static void save(Path file, Machine machine, GuestImage image, long delta) {
        try {
            Snapshot.save(
                    machine,
                    file,
                    Map.of(KERNEL, image.name(), COMMAND_LINE, image.commandLine(), MOVED, Long.toString(delta)));
        } catch (SnapshotException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    /** Restores it; returns how far its kernel has moved. */
    static long restore(Path file, Machine machine, GuestImage image) {
        try (Snapshot snapshot = Snapshot.open(file)) {
            check(file, "kernel", snapshot.notes().getOrDefault(KERNEL, ""), image.name());
            check(file, "command line", snapshot.notes().getOrDefault(COMMAND_LINE, ""), image.commandLine());
            snapshot.restore(machine);
            return Long.parseLong(snapshot.notes().getOrDefault(MOVED, "0"));
        } catch (SnapshotException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        } catch (NumberFormatException e) {
            throw new UserError("snapshot " + file + ": damaged notes", e);
        }
    }

    private static void check(Path file, String what, String saved, String wanted) {
        if (!saved.equals(wanted)) {
            throw new UserError("snapshot " + file + ": its " + what + " is '" + saved + "', not '" + wanted + "'");
        }
    }
}
