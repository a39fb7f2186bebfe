package org.jkprobes;

import org.jspecify.annotations.Nullable;

/**
 * One call of a function with a {@link Kretprobe}, from its entry to its return. Reused for later calls, its data with it.
 *
 * @param <D> the data
 */
public final class KretprobeInstance<D> {
    private final Kretprobe<D> kretprobe;
    private final D data;
    final int number;

    long returnAddress;
    long stackPointer;
    long task;

    @Nullable
    KretprobeInstance<?> next;

    KretprobeInstance(Kretprobe<D> kretprobe, D data, int number) {
        this.kretprobe = kretprobe;
        this.data = data;
        this.number = number;
    }

    public Kretprobe<D> kretprobe() {
        return kretprobe;
    }

    /** What the entry handler wants its return handler to know; left as the last call with this instance has left it. */
    public D data() {
        return data;
    }

    /** Where the call returns to. */
    public long returnAddress() {
        return returnAddress;
    }

    /** Who called: the same number at entry and return, different for tasks that live at the same time. */
    public long task() {
        return task;
    }
}
