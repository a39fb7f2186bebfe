package org.jkprobes;

import org.jkprobes.target.RecordArea;
import org.jkprobes.target.Target;
import org.jspecify.annotations.Nullable;

/** A hit as a {@link HitRing} has kept it. One object for all hits of a ring: it is good until the sink's call returns. */
public final class RecordedHit {
    private final RecordArea area;
    private final HitRing.Recorders recorders;
    private int n;
    private @Nullable Kprobe probe;

    RecordedHit(RecordArea area, HitRing.Recorders recorders) {
        this.area = area;
        this.recorders = recorders;
    }

    RecordedHit at(int record) {
        n = record;
        probe = recorders.probe(area.number(record));
        return this;
    }

    /** Whose hit it is. */
    public Kprobe probe() {
        Kprobe known = probe;
        if (known == null) {
            throw new IllegalStateException("only while the sink is called");
        }
        return known;
    }

    /** The vCPU, 0-based. */
    public int cpu() {
        return area.cpu(n);
    }

    /** When it was: {@link Target#now} as a handler would have seen it. */
    public long timeNs() {
        return area.time(n);
    }

    /** How many registers there are: as many as {@link Kprobe#recorded} names. */
    public int registers() {
        return probe().recorded().size();
    }

    /** The value of the n-th register that the probe records, zero-extended. @throws IndexOutOfBoundsException if there are fewer */
    public long register(int index) {
        if (index < 0 || index >= registers()) {
            throw new IndexOutOfBoundsException(index);
        }
        return area.register(n, index);
    }
}
