package org.jkprobes;

import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The free instances of a kretprobe: a stack of their numbers. Lock-free, and without allocation. */
final class InstancePool<D> {
    private static final int NONE = -1;

    private final List<KretprobeInstance<D>> instances;
    /** By number: the next free one. */
    private final AtomicIntegerArray next;
    /** Low half: the first free one. High half: a count of changes, so that a head that has come back is not taken for an old one. */
    private final AtomicLong head;

    InstancePool(List<KretprobeInstance<D>> instances) {
        this.instances = List.copyOf(instances);
        next = new AtomicIntegerArray(instances.size());
        for (int i = 0; i < instances.size(); i++) {
            next.set(i, i + 1 < instances.size() ? i + 1 : NONE);
        }
        head = new AtomicLong(instances.isEmpty() ? NONE & 0xffffffffL : 0);
    }

    static <D> InstancePool<D> empty() {
        return new InstancePool<>(List.of());
    }

    int size() {
        return instances.size();
    }

    @Nullable
    KretprobeInstance<D> take() {
        while (true) {
            long now = head.get();
            int first = (int) now;
            if (first == NONE) {
                return null;
            }
            if (head.compareAndSet(now, changed(now, next.get(first)))) {
                return instances.get(first);
            }
        }
    }

    /** Gives an instance back. One of an earlier pool is left to the garbage collector. */
    @SuppressWarnings("ReferenceEquality") // instances are identities
    void give(KretprobeInstance<D> instance) {
        if (instance.number >= instances.size() || instances.get(instance.number) != instance) {
            return;
        }
        while (true) {
            long now = head.get();
            next.set(instance.number, (int) now);
            if (head.compareAndSet(now, changed(now, instance.number))) {
                return;
            }
        }
    }

    private static long changed(long old, int first) {
        return (old & 0xffffffff00000000L) + (1L << 32) | first & 0xffffffffL;
    }

    /** Exact when nothing is going on. */
    int taken() {
        int free = 0;
        for (int i = (int) head.get(); i != NONE && free < instances.size(); i = next.get(i)) {
            free++;
        }
        return instances.size() - free;
    }
}
