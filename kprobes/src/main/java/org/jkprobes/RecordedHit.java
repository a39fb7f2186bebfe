package org.jkprobes;

import org.jkprobes.target.RecordArea;
import org.jkprobes.target.Target;
import org.jspecify.annotations.Nullable;

/** A hit as a {@link HitRing} has kept it. One object for all hits of a ring: it is good until the sink's call returns. */
public final class RecordedHit {
    private static final int TIME = RecordArea.TIME / Long.BYTES;
    private static final int REGISTERS = RecordArea.REGISTERS / Long.BYTES;

    private final long[] records;
    private int at;
    private @Nullable Kprobe probe;

    /** @param records where the ring copies them to */
    RecordedHit(long[] records) {
        this.records = records;
    }

    /** Shows the record that begins there. */
    RecordedHit at(int start, @Nullable Kprobe whose) {
        at = start;
        probe = whose;
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
        return (int) (records[at] >>> Integer.SIZE);
    }

    /** When it was: {@link Target#now} as a handler would have seen it. */
    public long timeNs() {
        return records[at + TIME];
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
        return records[at + REGISTERS + index];
    }
}
