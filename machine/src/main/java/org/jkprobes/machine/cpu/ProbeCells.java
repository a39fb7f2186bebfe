package org.jkprobes.machine.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import org.jkprobes.machine.engine.RecordedProbe;
import org.jspecify.annotations.Nullable;

/**
 * The probes that only count and record: their counts, where emitted code increments them, by number, and as many cells again that nobody
 * reads.
 */
public final class ProbeCells {
    /** Probes with higher numbers are not counted here. */
    public static final int MOST = 1 << 16;

    private static final MemorySegment NONE = MemorySegment.NULL;

    private MemorySegment cells = NONE;
    private final BitSet counting = new BitSet();
    private final ProbeRecords records = new ProbeRecords();
    private boolean quiet;

    /** Counts a probe's hits from now on, from 0, and has them recorded. */
    public void start(int number, RecordedProbe record) {
        start(number);
        records.add(number, record, !quiet);
    }

    /** Counts a probe's hits from now on, from 0. */
    public void start(int number) {
        if (cells.address() == 0) {
            cells = Arena.ofAuto().allocate(2L * MOST * Long.BYTES, 64);
        }
        cells.setAtIndex(ValueLayout.JAVA_LONG, number, 0);
        counting.set(number);
    }

    /** How many there were. */
    public long value(int number) {
        return cells.getAtIndex(ValueLayout.JAVA_LONG, number);
    }

    /** Counts so many more, unless nothing is counted. */
    void add(int number, long hits) {
        if (quiet) {
            return;
        }
        cells.setAtIndex(ValueLayout.JAVA_LONG, number, value(number) + hits);
    }

    /** How many hits there were, of all that are counted now. */
    public long counted() {
        return counting.stream().mapToLong(this::value).sum();
    }

    /** No more. */
    public void stop(int number) {
        counting.clear(number);
        records.remove(number);
    }

    boolean counts(int number) {
        return counting.get(number);
    }

    /** Whether a hit need only be counted. */
    public boolean onlyCounts(int number) {
        return counting.get(number) && records.of(number) == null;
    }

    @Nullable
    RecordedProbe recordOf(int number) {
        return records.of(number);
    }

    /** Whether nothing is counted or recorded. */
    void quiet(boolean now) {
        quiet = now;
        records.open(!now);
    }

    /** Where the cells are, or those that nobody reads. 0 if there are none yet. */
    long address() {
        return quiet ? cells.address() + (long) MOST * Long.BYTES : cells.address();
    }
}
