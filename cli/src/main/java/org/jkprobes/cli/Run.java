package org.jkprobes.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.NdjsonSink;
import org.jkprobes.cli.event.RunSummary;
import org.jkprobes.cli.event.TextSink;
import org.jkprobes.cli.session.MachineSession;

/** Runs from checked options to the exit code. */
final class Run {
    private final Session session;
    private final OutputStream out;
    private final OutputStream err;

    Run(Session session, OutputStream out, OutputStream err) {
        this.session = session;
        this.out = out;
        this.err = err;
    }

    /** On our own machine, with this process's streams: not System.out, which would swallow what cannot be written. */
    static Run ofHost() {
        return of(MachineSession.ofHost());
    }

    /** The same, but nobody types. */
    static Run withoutKeys() {
        return of(MachineSession.withoutKeys());
    }

    private static Run of(Session session) {
        return new Run(session, new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err));
    }

    /** The same with another session. */
    Run on(Session other) {
        return new Run(other, out, err);
    }

    /**
     * Runs a guest to its end.
     *
     * @return the exit code
     * @throws GuestPanic if the guest panicked
     * @throws UserError if the options cannot be carried out, or the output cannot be written
     */
    int carryOut(RunOptions options) {
        EventSink events = switch (options.format()) {
            case TEXT -> new TextSink(out);
            case NDJSON -> new NdjsonSink(out, err);
        };
        try {
            RunSummary summary = session.run(options, events);
            events.summary(summary);
            if (summary.end().isFatal()) {
                throw new GuestPanic(summary.fate());
            }
            return ExitCode.OK;
        } catch (UncheckedIOException e) {
            throw new UserError("the output cannot be written: " + e.getMessage(), e);
        } catch (OutOfMemoryError e) {
            throw new UserError(
                    "the JVM has too little memory for a guest of " + options.memoryMib()
                            + " MiB: give less with --memory, or the JVM more with JKPROBES_JAVA_OPTS=-Xmx…",
                    e);
        }
    }
}
