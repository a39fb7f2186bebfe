package org.jkprobes.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.UncheckedIOException;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.NdjsonSink;
import org.jkprobes.cli.event.RunSummary;
import org.jkprobes.cli.event.TextSink;

/** One run from checked options to the exit code. */
final class Run {
    private final Session session;

    Run(Session session) {
        this.session = session;
    }

    int carryOut(RunOptions options) {
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        FileOutputStream err = new FileOutputStream(FileDescriptor.err);
        EventSink events = switch (options.format()) {
            case TEXT -> new TextSink(out);
            case NDJSON -> new NdjsonSink(out, err);
        };
        try {
            RunSummary summary = session.run(options, events);
            events.summary(summary);
            return summary.end() == RunSummary.End.PANIC ? ExitCode.GUEST_PANIC : ExitCode.OK;
        } catch (UncheckedIOException e) {
            throw new UserError("the output cannot be written: " + e.getMessage(), e);
        }
    }
}
