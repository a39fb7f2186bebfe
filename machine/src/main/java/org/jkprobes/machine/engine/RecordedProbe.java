package org.jkprobes.machine.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What emitted code records of each hit of a probe, into memory of somebody else's: a control block says where. Nothing is written at or
 * behind the limit that stands there.
 */
public final class RecordedProbe {
    // Offsets in the control block.
    static final int POSITION = 0;
    static final int LIMIT = 8;
    // Offsets in a record.
    static final int HEADER = 0;
    static final int TIME = 8;
    static final int SLOTS = 16;

    private final MemorySegment control;
    private final MemorySegment data;
    final int header;
    final int stride;
    private final int[] slots;

    /**
     * @param control the control block
     * @param data where the records go
     * @param header the first eight bytes of each record, positive
     * @param stride bytes from one record to the next
     * @param slots of which the values are stored, from the third eight bytes on
     */
    public RecordedProbe(MemorySegment control, MemorySegment data, int header, int stride, int... slots) {
        this.control = control;
        this.data = data;
        this.header = header;
        this.stride = stride;
        this.slots = slots.clone();
    }

    /** Not freed as long as this segment is reachable. */
    public MemorySegment control() {
        return control;
    }

    int slots() {
        return slots.length;
    }

    int slot(int n) {
        return slots[n];
    }

    /** Whether emitted code may write; else it leaves each hit to Java. */
    public void open(boolean now) {
        control.set(ValueLayout.JAVA_LONG, LIMIT, now ? data.address() + data.byteSize() : 0);
    }
}
