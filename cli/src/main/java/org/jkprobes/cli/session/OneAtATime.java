package org.jkprobes.cli.session;

import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.FunctionHit;
import org.jkprobes.cli.event.HitRecord;
import org.jkprobes.cli.event.KprobeHit;
import org.jkprobes.cli.event.RunSummary;

/** Lets several threads pass events on: one for the probes, one for the console. */
final class OneAtATime implements EventSink {
    private final EventSink events;

    OneAtATime(EventSink events) {
        this.events = events;
    }

    @Override
    public synchronized void hit(KprobeHit hit) {
        events.hit(hit);
    }

    @Override
    public synchronized void function(FunctionHit hit) {
        events.function(hit);
    }

    @Override
    public synchronized void recorded(HitRecord hit) {
        events.recorded(hit);
    }

    @Override
    public synchronized void log(String line) {
        events.log(line);
    }

    @Override
    public synchronized void console(byte[] bytes, int from, int length) {
        events.console(bytes, from, length);
    }

    @Override
    public synchronized void summary(RunSummary summary) {
        events.summary(summary);
    }
}
