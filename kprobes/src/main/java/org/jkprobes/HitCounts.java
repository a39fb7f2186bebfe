package org.jkprobes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A probe's hits, counted without contention: a cache line for each vCPU, which alone writes it. */
final class HitCounts {
    static final HitCounts NONE = new HitCounts(0);

    private static final int STRIDE = 8;
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] counts;

    HitCounts(int cpus) {
        // One vCPU has no one to share a line with.
        counts = new long[cpus == 1 ? 1 : cpus * STRIDE];
    }

    void hit(int cpu) {
        int index = cpu * STRIDE;
        if (index < counts.length) {
            LONGS.setOpaque(counts, index, counts[index] + 1);
        }
    }

    long sum() {
        long sum = 0;
        for (int i = 0; i < counts.length; i += STRIDE) {
            sum += (long) LONGS.getOpaque(counts, i);
        }
        return sum;
    }
}
