package org.jkprobes.machine.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

/** The counts of probes that only count, where emitted code increments them: by number, and as many cells again that nobody reads. */
public final class ProbeCells {
    /** Probes with higher numbers are not counted here. */
    public static final int MOST = 1 << 16;

    private static final MemorySegment NONE = MemorySegment.NULL;

    private MemorySegment cells = NONE;
    private final BitSet counting = new BitSet();

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

    /** Counts so many more. */
    void add(int number, long hits) {
        cells.setAtIndex(ValueLayout.JAVA_LONG, number, value(number) + hits);
    }

    /** How many hits there were, of all that are counted now. */
    public long counted() {
        return counting.stream().mapToLong(this::value).sum();
    }

    /** No more. */
    public void stop(int number) {
        counting.clear(number);
    }

    public boolean counts(int number) {
        return counting.get(number);
    }

    /** Where the cells are; {@code quiet}: those that nobody reads. 0 if there are none yet. */
    long address(boolean quiet) {
        return quiet ? cells.address() + (long) MOST * Long.BYTES : cells.address();
    }
}
