package org.jkprobes.cli;

import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.RunSummary;

/** A guest that is booted, probed and run to its end: what the command line needs of a machine. */
public interface Session {
    /**
     * Runs a guest until it powers off, reboots or panics. Hits and the guest's console go to the sink; the summary is returned,
     * and reported by the caller.
     *
     * @throws UserError if the options cannot be carried out (a foreign kernel image, an unknown symbol, no network, …)
     */
    RunSummary run(RunOptions options, EventSink events);
}
