package org.jkprobes.cli.session;

import java.io.InputStream;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.ProgressLine;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.cli.Session;
import org.jkprobes.cli.Terminals;
import org.jkprobes.cli.UserError;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.RunSummary;
import org.jkprobes.images.ImageException;

/** Runs guests on the embedded Malta. */
public final class MaltaSession implements Session {
    private final KeySource keys;

    private MaltaSession(KeySource keys) {
        this.keys = keys;
    }

    /** This process's stdin is the guest's keyboard. */
    public static MaltaSession ofHost() {
        return Terminals.stdin() ? new MaltaSession(new TerminalKeys()) : reading(System.in);
    }

    /** A stream is the guest's keyboard. */
    public static MaltaSession reading(InputStream keys) {
        return new MaltaSession(new PipedKeys(keys));
    }

    /** The guest has no keyboard. */
    public static MaltaSession withoutKeys() {
        return new MaltaSession(KeySource.NONE);
    }

    @Override
    public RunSummary run(RunOptions options, EventSink events) {
        if (options.guest() != Guest.MIPSEL) {
            throw new UserError(
                    "--arch " + options.guest() + ": its kernels can be looked at (symbols, disasm, unpack), not run");
        }
        try (ProgressLine progress = ProgressLine.ofHost()) {
            GuestImage image = GuestImage.of(options, progress);
            progress.clear();
            options.engine().notice().ifPresent(line -> System.err.println("jkprobes: " + line));
            return new GuestRun(options, image, events, progress).toEnd(keys);
        } catch (ImageException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }
}
