package org.jkprobes.cli;

import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.RunSummary;

/** Stands in until the machine is wired to the command line. */
final class UnwiredSession implements Session {
    @Override
    public RunSummary run(RunOptions options, EventSink events) {
        throw new UserError("the machine cannot be run from the command line yet");
    }
}
