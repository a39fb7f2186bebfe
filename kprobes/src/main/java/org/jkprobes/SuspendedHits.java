package org.jkprobes;

import java.util.Arrays;

/**
 * Hits of one vCPU whose instruction has needed a refill, or is tried again: when the vCPU comes back to the same address with the same
 * registers, the hit goes on instead of starting anew.
 */
@SuppressWarnings("ReferenceEquality") // points are identities
final class SuspendedHits {
    /** Refill handlers nest twice at most; the rest is room for hits that never came back. */
    private static final int ROOM = 8;

    private final ProbePoint[] points = new ProbePoint[ROOM];
    private final Kprobe[][] probes = new Kprobe[ROOM][];
    private final long[] contexts = new long[ROOM];
    private final long[] begun = new long[ROOM];
    private final boolean[] missed = new boolean[ROOM];
    private final int[] retries = new int[ROOM];
    private int count;

    SuspendedHits() {
        Arrays.fill(points, ProbePoint.TOMBSTONE);
        Arrays.fill(probes, Frame.NO_PROBES);
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Whether there is no room: the oldest one will be dropped for the next. */
    boolean full() {
        return count == ROOM;
    }

    /** Adds a hit. */
    void add(ProbePoint point, long context, Frame hit) {
        if (full()) {
            shift(1, 0, ROOM - 1);
            count--;
        }
        points[count] = point;
        probes[count] = hit.probes;
        contexts[count] = context;
        begun[count] = hit.begun();
        missed[count] = hit.missed;
        retries[count] = hit.retries;
        count++;
    }

    /** Index of this hit, or -1. */
    int find(ProbePoint point, long context) {
        for (int i = count - 1; i >= 0; i--) {
            if (points[i] == point && contexts[i] == context) {
                return i;
            }
        }
        return -1;
    }

    int size() {
        return count;
    }

    /** The probes of the hit with this index. */
    Kprobe[] probes(int index) {
        return probes[index];
    }

    /** Its {@link Frame#begun}. */
    long begun(int index) {
        return begun[index];
    }

    /** Takes out the hit with this index, and those above it with it, and fills the frame. */
    void take(int index, Frame into) {
        into.resume(probes[index], begun[index], missed[index], retries[index]);
        truncate(index);
    }

    private void truncate(int to) {
        for (int i = to; i < count; i++) {
            points[i] = ProbePoint.TOMBSTONE;
            probes[i] = Frame.NO_PROBES;
        }
        count = to;
    }

    private void shift(int from, int to, int length) {
        System.arraycopy(points, from, points, to, length);
        System.arraycopy(probes, from, probes, to, length);
        System.arraycopy(contexts, from, contexts, to, length);
        System.arraycopy(begun, from, begun, to, length);
        System.arraycopy(missed, from, missed, to, length);
        System.arraycopy(retries, from, retries, to, length);
    }
}
