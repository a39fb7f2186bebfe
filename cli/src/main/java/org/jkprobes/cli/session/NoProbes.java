package org.jkprobes.cli.session;

import java.util.List;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.ProbeOptions;
import org.jkprobes.cli.ProbePoint;
import org.jkprobes.cli.UserError;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.ProbeCount;

/** For a guest that Kprobes has no port for: it runs, and every probe is refused. */
final class NoProbes implements GuestProbes {
    private final Guest guest;
    private final EventSink events;
    private long delta;

    NoProbes(Guest guest, EventSink events) {
        this.guest = guest;
        this.events = events;
    }

    private String refusal() {
        return "there are no probes on " + guest + " yet";
    }

    @Override
    public void moved(long by) {
        delta = by;
    }

    @Override
    public long delta() {
        return delta;
    }

    /** Who boots the kernel has said how far it moved. */
    @Override
    public void settle() {}

    @Override
    public void runToInit(Runnable tick) {
        throw new UserError(refusal());
    }

    @Override
    public void pauseAt(ProbePoint point) {
        throw new UserError("--snapshot-at " + point + ": " + refusal());
    }

    @Override
    public boolean paused() {
        return false;
    }

    @Override
    public void plant(ProbeOptions options) {
        if (!options.isEmpty()) {
            throw new UserError("--arch " + guest + ": " + refusal());
        }
    }

    @Override
    public ConsoleCommands commands() {
        return new ConsoleCommands(line -> events.log(refusal()));
    }

    @Override
    public List<ProbeCount> counts() {
        return List.of();
    }
}
