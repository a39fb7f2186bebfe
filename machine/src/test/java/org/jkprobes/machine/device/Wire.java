package org.jkprobes.machine.device;

import java.util.ArrayList;
import java.util.List;
import org.jkprobes.machine.Timeline;

/** A wire that remembers when it changed. */
final class Wire implements InterruptLine {
    private final Timeline timeline;
    private boolean level;
    final List<Long> rises = new ArrayList<>();

    Wire(Timeline timeline) {
        this.timeline = timeline;
    }

    @Override
    public void set(boolean now) {
        if (now && !level) {
            rises.add(timeline.now());
        }
        level = now;
    }

    boolean level() {
        return level;
    }

    /** Lets an idle guest's time pass to {@code ns}, timers included. */
    static void passTo(Timeline timeline, long ns) {
        while (timeline.nextDue() <= ns) {
            timeline.idleUntil(timeline.nextDue());
            timeline.fireDue();
        }
        timeline.idleUntil(ns);
    }
}
