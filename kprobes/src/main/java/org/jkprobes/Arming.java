package org.jkprobes;

import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jkprobes.target.HitRecording;
import org.jkprobes.target.Instrumentation;
import org.jkprobes.target.Target;
import org.jkprobes.target.Text;
import org.jspecify.annotations.Nullable;

/** Puts at probe points what makes the target announce hits, and takes it away: a breakpoint, or what an optimized probe is. With the registry's lock held. */
final class Arming {
    private final Text text;
    private final HitPath path;
    private final @Nullable Instrumentation instrumentation;
    private boolean optimize;

    Arming(Target target, HitPath path) {
        text = target.text();
        this.path = path;
        instrumentation = target.instrumentation().orElse(null);
        optimize = instrumentation != null;
    }

    /** Whether points that are made anew from now on may be optimized, if the target can. */
    void optimize(boolean on) {
        optimize = on && instrumentation != null;
    }

    /** Makes a point armed, optimized or neither, as its probes want it. False if the target cannot. */
    boolean rearm(ProbePoint point) {
        boolean done = place(point);
        point.unseen = !point.armed && !point.optimized;
        return done;
    }

    private boolean place(ProbePoint point) {
        boolean wanted = point.wantsHits();
        boolean after = point.wantsAfter();
        boolean optimal = wanted && optimize && !point.cannotOptimize;
        if (instrumentation != null && optimal && counts(point, instrumentation)) {
            point.optimized = true;
            point.optimizedAfter = false;
            if (point.armed) {
                text.disarm(point.address);
                point.armed = false;
            }
            return true;
        }
        if (point.isCounted()) {
            // What is there counts for the target; it is to be replaced, or to go.
            point.optimizedAfter = !after;
        }
        if (instrumentation != null && optimal && (!point.optimized || point.optimizedAfter != after)) {
            optimal = instrumentation.install(point.address, after, new OptimizedHit(path, point, after));
            point.cannotOptimize = !optimal;
            point.optimizedAfter = after;
        }
        boolean done = true;
        // The new path first, so that there is no moment without one.
        if (wanted && !optimal && !point.armed) {
            done = text.arm(point.address, point.instruction.breakpoint());
            point.armed = done;
        }
        if (!optimal && point.optimized && instrumentation != null) {
            instrumentation.remove(point.address);
        }
        point.countedByNobody();
        point.optimized = optimal;
        if (point.armed && (!wanted || optimal)) {
            text.disarm(point.address);
            point.armed = false;
        }
        return done;
    }

    /** Has the target count the hits of a point, and record them for one probe, if its probes want no more and it can. */
    private boolean counts(ProbePoint point, Instrumentation by) {
        Kprobe[] probes = point.onlyCounting();
        if (probes.length == 0) {
            return false;
        }
        List<HitRecording> recordings = Recordings.of(probes);
        if (recordings.size() > 1) {
            return false;
        }
        OptimizedHit callback = new OptimizedHit(path, point, false);
        Optional<LongSupplier> counter = recordings.isEmpty()
                ? by.count(point.address, callback)
                : by.record(point.address, recordings.getFirst(), callback);
        if (counter.isEmpty()) {
            return false;
        }
        point.counted(probes, counter.get());
        return true;
    }
}
