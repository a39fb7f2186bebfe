package org.jkprobes;

import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jkprobes.arch.ProbedInstruction;
import org.jspecify.annotations.Nullable;

/** An address with probes: one, or several (an aggregate probe). Hits read it without a lock; changes are made under the registry's. */
@SuppressWarnings("ReferenceEquality") // probes are identities
final class ProbePoint {
    private static final Kprobe[] NO_PROBES = {};

    /** What the table holds where a point was removed. */
    static final ProbePoint TOMBSTONE = new ProbePoint();

    final long address;

    /** Replaced when the guest changes the text under the probe. */
    volatile ProbedInstruction instruction;

    /** In the order in which they run. The array is never changed. */
    private volatile Kprobe[] probes = NO_PROBES;

    /** Saves most hits the way through the array, which nothing else needs. */
    private volatile @Nullable Kprobe lone;

    /** Whether a breakpoint is there. Written with the registry's lock held. */
    volatile boolean armed;

    /** Whether the target announces hits without a breakpoint. Written with the registry's lock held. */
    volatile boolean optimized;

    // Guarded by the registry's lock.
    boolean optimizedAfter;
    boolean cannotOptimize;
    /** The target does not tell of writes to it, for nothing is there: {@link #instruction} may be out of date. */
    boolean unseen;

    /** The probes whose hits the target counts itself. */
    private Kprobe[] counted = NO_PROBES;

    private ProbePoint() {
        address = 0;
        instruction = NoInstruction.NONE;
    }

    ProbePoint(long address, ProbedInstruction instruction) {
        this.address = address;
        this.instruction = instruction;
    }

    Kprobe[] probes() {
        return probes;
    }

    /** The probe, if there is one only. */
    @Nullable
    Kprobe lone() {
        return lone;
    }

    private void set(Kprobe[] now) {
        lone = null;
        probes = now;
        lone = now.length == 1 ? now[0] : null;
    }

    void add(Kprobe probe) {
        Kprobe[] old = probes;
        int at = 0;
        while (at < old.length && old[at].rank.compareTo(probe.rank) < 0) {
            at++;
        }
        // Jprobes queue up behind one another; all others are put in front of their like.
        while (probe.rank == Kprobe.Rank.JPROBE && at < old.length) {
            at++;
        }
        Kprobe[] grown = new Kprobe[old.length + 1];
        System.arraycopy(old, 0, grown, 0, at);
        grown[at] = probe;
        System.arraycopy(old, at, grown, at + 1, old.length - at);
        set(grown);
    }

    void remove(Kprobe probe) {
        set(Arrays.stream(probes).filter(p -> p != probe).toArray(Kprobe[]::new));
    }

    /** Whether returns to here are announced already: a point is in the table a moment before it is armed. */
    boolean watchesReturns() {
        Kprobe[] all = probes;
        return all.length > 0 && all[0].rank == Kprobe.Rank.RETURN && (armed || optimized);
    }

    boolean wantsHits() {
        for (Kprobe probe : probes) {
            if (probe.enabled()) {
                return true;
            }
        }
        return false;
    }

    /** The target counts hits of these probes itself from now on, and of no others. With the registry's lock held. */
    void counted(Kprobe[] now, LongSupplier by) {
        for (Kprobe probe : counted) {
            probe.counts.countedByNobody();
        }
        counted = now;
        for (Kprobe probe : now) {
            probe.counts.countedBy(by);
        }
    }

    void countedByNobody() {
        counted(NO_PROBES, () -> 0);
    }

    boolean isCounted() {
        return counted.length > 0;
    }

    /** The enabled probes, if none of them has a handler; else none. */
    Kprobe[] onlyCounting() {
        Kprobe[] all = probes;
        for (Kprobe probe : all) {
            if (probe.handles()) {
                return NO_PROBES;
            }
        }
        return Arrays.stream(all).filter(Kprobe::enabled).toArray(Kprobe[]::new);
    }

    /** Whether a hit is not over when its pre-handlers have run. */
    boolean wantsAfter() {
        for (Kprobe probe : probes) {
            if ((probe.post != null || probe.fault != null) && probe.enabled()) {
                return true;
            }
        }
        return false;
    }
}
