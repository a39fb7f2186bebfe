package org.jkprobes.cli.session;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jkprobes.cli.UserError;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.Snapshot;
import org.jkprobes.machine.SnapshotException;

/**
 * What a run's snapshot holds besides the machine. A snapshot is made once, started from ever after, and refused to a run with another
 * kernel, initramfs or command line.
 *
 * @param moved how far the kernel has moved from where it is linked
 * @param unfinishedLine what stands on the console's last line: a prompt, perhaps
 */
record SavedGuest(long moved, String unfinishedLine) {
    private static final String KERNEL = "kernel";
    private static final String INITRAMFS = "initramfs";
    private static final String COMMAND_LINE = "command-line";
    private static final String MOVED = "moved";
    private static final String LINE = "line";

    /** Saves a guest. */
    static void save(Path file, Machine machine, GuestImage image, SavedGuest guest) {
        try {
            Snapshot.save(
                    machine,
                    file,
                    Map.of(
                            KERNEL, image.kernelSums(),
                            INITRAMFS, image.initramfsSums(),
                            COMMAND_LINE, image.commandLine(),
                            MOVED, Long.toString(guest.moved),
                            LINE, guest.unfinishedLine));
        } catch (SnapshotException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    /** Opens a file that is there, which costs no time: it is checked while the caller goes on. */
    static Optional<Snapshot> open(Optional<Path> file) {
        try {
            return file.filter(Files::exists).map(Snapshot::open);
        } catch (SnapshotException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    /** Makes the machine what the snapshot says. */
    static SavedGuest restore(Path file, Snapshot snapshot, Machine machine, GuestImage image) {
        try {
            Map<String, String> notes = snapshot.notes();
            check(file, "made with another kernel", notes, KERNEL, image.kernelSums());
            check(file, "made with another initramfs (--init, --initrd)", notes, INITRAMFS, image.initramfsSums());
            check(file, "made with another command line (--append)", notes, COMMAND_LINE, image.commandLine());
            snapshot.restore(machine);
            return new SavedGuest(Long.parseLong(notes.getOrDefault(MOVED, "0")), notes.getOrDefault(LINE, ""));
        } catch (SnapshotException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        } catch (NumberFormatException e) {
            throw new UserError("snapshot " + file + ": damaged notes", e);
        }
    }

    private static void check(Path file, String otherwise, Map<String, String> notes, String key, String wanted) {
        if (!wanted.equals(notes.get(key))) {
            throw new UserError("snapshot " + file + ": " + otherwise + "; remove it to have it made anew");
        }
    }
}
