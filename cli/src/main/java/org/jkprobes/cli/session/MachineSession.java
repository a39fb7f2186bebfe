package org.jkprobes.cli.session;

import java.io.InputStream;
import java.util.Optional;
import org.jkprobes.cli.ProgressLine;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.cli.Session;
import org.jkprobes.cli.Terminals;
import org.jkprobes.cli.UserError;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.RunSummary;
import org.jkprobes.images.ImageException;
import org.jkprobes.machine.Snapshot;

/** Runs guests on the embedded machine. */
public final class MachineSession implements Session {
    private final KeySource keys;

    private MachineSession(KeySource keys) {
        this.keys = keys;
    }

    /** This process's stdin is the guest's keyboard. */
    public static MachineSession ofHost() {
        return Terminals.stdin() ? new MachineSession(new TerminalKeys()) : reading(System.in);
    }

    /** A stream is the guest's keyboard. */
    public static MachineSession reading(InputStream keys) {
        return new MachineSession(new PipedKeys(keys));
    }

    /** The guest has no keyboard. */
    public static MachineSession withoutKeys() {
        return new MachineSession(KeySource.NONE);
    }

    @Override
    public RunSummary run(RunOptions options, EventSink events) {
        try (ProgressLine progress = ProgressLine.ofHost()) {
            Optional<Snapshot> saved = SavedGuest.open(options.snapshot());
            try {
                GuestImage image = GuestImage.of(options, progress);
                progress.clear();
                options.engine().notice().ifPresent(line -> System.err.println("jkprobes: " + line));
                return new GuestRun(options, image, saved, events, progress).toEnd(keys);
            } finally {
                saved.ifPresent(Snapshot::close);
            }
        } catch (ImageException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }
}
