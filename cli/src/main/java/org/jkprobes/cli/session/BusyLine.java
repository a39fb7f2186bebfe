package org.jkprobes.cli.session;

import org.jkprobes.cli.ProgressLine;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.FunctionHit;
import org.jkprobes.cli.event.HitRecord;
import org.jkprobes.cli.event.KprobeHit;
import org.jkprobes.cli.event.RunSummary;
import org.jkprobes.machine.Timeline;

/** Passes events on; and when none has come for a second, shows how far the guest has got, until the next one comes. */
final class BusyLine implements EventSink {
    private static final long QUIET_NS = 1_000_000_000;

    private final EventSink events;
    private final ProgressLine progress;
    private long last = System.nanoTime();

    BusyLine(EventSink events, ProgressLine progress) {
        this.events = events;
        this.progress = progress;
    }

    /** To be called now and then while the guest runs. */
    void tick(Timeline timeline) {
        if (System.nanoTime() - last > QUIET_NS) {
            progress.brief("the guest runs: %,d million instructions, %.1f s of its time"
                    .formatted(timeline.retired() / 1_000_000, timeline.now() / 1e9));
        }
    }

    private void speak() {
        progress.clear();
        last = System.nanoTime();
    }

    @Override
    public void hit(KprobeHit hit) {
        speak();
        events.hit(hit);
    }

    @Override
    public void function(FunctionHit hit) {
        speak();
        events.function(hit);
    }

    @Override
    public void recorded(HitRecord hit) {
        speak();
        events.recorded(hit);
    }

    @Override
    public void log(String line) {
        speak();
        events.log(line);
    }

    @Override
    public void console(byte[] bytes, int from, int count) {
        if (count > 0) {
            speak();
            events.console(bytes, from, count);
        }
    }

    @Override
    public void summary(RunSummary summary) {
        speak();
        events.summary(summary);
    }
}
