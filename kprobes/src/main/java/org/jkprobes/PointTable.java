package org.jkprobes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Probe points by address. Look-up takes no lock and allocates nothing; changes are made by one thread at a time and cost constant time on
 * average. Open addressing; a removed entry leaves a tombstone until the next rebuild.
 */
@SuppressWarnings("ReferenceEquality") // points are identities
final class PointTable {
    private static final VarHandle ELEMENTS = MethodHandles.arrayElementVarHandle(ProbePoint[].class);

    private volatile @Nullable ProbePoint[] entries = new @Nullable ProbePoint[64];
    private int live;
    private int used;

    @Nullable
    ProbePoint find(long address) {
        @Nullable ProbePoint[] now = entries;
        int mask = now.length - 1;
        for (int i = hash(address) & mask; ; i = i + 1 & mask) {
            ProbePoint entry = (ProbePoint) ELEMENTS.getAcquire(now, i);
            if (entry == null) {
                return null;
            }
            if (entry.address == address && entry != ProbePoint.TOMBSTONE) {
                return entry;
            }
        }
    }

    /** Adds a point whose address is not there yet. */
    void add(ProbePoint point) {
        if ((used + 1) * 2 > entries.length) {
            rebuild();
        }
        @Nullable ProbePoint[] now = entries;
        int mask = now.length - 1;
        int i = hash(point.address) & mask;
        while (true) {
            ProbePoint entry = now[i];
            if (entry == null) {
                used++;
                break;
            }
            if (entry == ProbePoint.TOMBSTONE) {
                break;
            }
            i = i + 1 & mask;
        }
        live++;
        ELEMENTS.setRelease(now, i, point);
    }

    void remove(ProbePoint point) {
        @Nullable ProbePoint[] now = entries;
        int mask = now.length - 1;
        for (int i = hash(point.address) & mask; ; i = i + 1 & mask) {
            ProbePoint entry = now[i];
            if (entry == null) {
                return;
            }
            if (entry == point) {
                live--;
                ELEMENTS.setRelease(now, i, ProbePoint.TOMBSTONE);
                return;
            }
        }
    }

    /** In no order. */
    List<ProbePoint> all() {
        List<ProbePoint> all = new ArrayList<>(live);
        for (ProbePoint entry : entries) {
            if (entry != null && entry != ProbePoint.TOMBSTONE) {
                all.add(entry);
            }
        }
        return all;
    }

    private void rebuild() {
        List<ProbePoint> all = all();
        int size = 64;
        while (size < (all.size() + 1) * 4) {
            size *= 2;
        }
        @Nullable ProbePoint[] fresh = new @Nullable ProbePoint[size];
        for (ProbePoint point : all) {
            int i = hash(point.address) & size - 1;
            while (fresh[i] != null) {
                i = i + 1 & size - 1;
            }
            fresh[i] = point;
        }
        used = all.size();
        entries = fresh;
    }

    private static int hash(long address) {
        return (int) (address * 0x9e3779b97f4a7c15L >>> 32);
    }
}
