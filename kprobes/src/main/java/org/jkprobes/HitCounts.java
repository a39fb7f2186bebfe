package org.jkprobes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongSupplier;

/** A probe's hits, counted without contention: a cache line for each vCPU, which alone writes it. */
final class HitCounts {
    static final HitCounts NONE = new HitCounts(0);

    private static final int STRIDE = 8;
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle LONE;

    static {
        try {
            LONE = MethodHandles.lookup().findVarHandle(HitCounts.class, "lone", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long[] counts;
    /** Of a vCPU that has no one to share a line with: here, since each line counts when there are probes everywhere. */
    private long lone;

    private final boolean alone;
    /** What the target counts itself at present. */
    private volatile LongSupplier byTarget = HitCounts::nothing;
    /** What it counted before. */
    private volatile long earlier;

    HitCounts(int cpus) {
        alone = cpus == 1;
        counts = new long[alone ? 0 : cpus * STRIDE];
    }

    private static long nothing() {
        return 0;
    }

    void hit(int cpu) {
        if (alone) {
            LONE.setOpaque(this, lone + 1);
            return;
        }
        int index = cpu * STRIDE;
        if (index < counts.length) {
            LONGS.setOpaque(counts, index, counts[index] + 1);
        }
    }

    /** The target counts from now on, from 0. */
    void countedBy(LongSupplier target) {
        byTarget = target;
    }

    /** The target counts no more; its number stays as it is. */
    synchronized void countedByNobody() {
        earlier += byTarget.getAsLong();
        byTarget = HitCounts::nothing;
    }

    long sum() {
        long sum = earlier + byTarget.getAsLong() + (long) LONE.getOpaque(this);
        for (int i = 0; i < counts.length; i += STRIDE) {
            sum += (long) LONGS.getOpaque(counts, i);
        }
        return sum;
    }
}
