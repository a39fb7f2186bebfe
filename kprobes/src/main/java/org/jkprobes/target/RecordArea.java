package org.jkprobes.target;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Host memory for records of hits, one behind the other, all of one size. A target that can writes records itself, by way of the control
 * block; Kprobes writes the others, on the same thread, and empties it.
 *
 * <p>A record is a header (8 bytes: in the lower half which probe, in the upper which vCPU), a time (8 bytes: {@link Target#now}) and registers (8 bytes each). The
 * control block holds two addresses: {@link #POSITION}, where the next record goes, and {@link #LIMIT}, from which on none may be
 * written.
 */
public final class RecordArea {
    /** Offset in the control block. */
    public static final int POSITION = 0;
    /** Offset in the control block. The target sets it, and 0 for as long as it is not to write. */
    public static final int LIMIT = 8;

    // Offsets in a record.
    public static final int HEADER = 0;
    public static final int TIME = 8;
    public static final int REGISTERS = 16;

    private static final int CACHE_LINE = 64;

    private final MemorySegment control = Arena.ofAuto().allocate(CACHE_LINE, CACHE_LINE);
    private final MemorySegment data;
    private final int stride;

    /** Room for so many records of so many registers. */
    public RecordArea(int records, int registers) {
        stride = REGISTERS + registers * Long.BYTES;
        data = Arena.ofAuto().allocate((long) records * stride, CACHE_LINE);
        clear();
    }

    /** The control block; not freed as long as this segment is reachable. */
    public MemorySegment control() {
        return control;
    }

    /** Where the records are; not freed as long as this segment is reachable. The limit is its end, or 0. */
    public MemorySegment data() {
        return data;
    }

    /** Bytes from one record to the next. */
    public int stride() {
        return stride;
    }

    /** Forgets all records. */
    public void clear() {
        control.set(ValueLayout.JAVA_LONG, POSITION, data.address());
    }

    /** How many records there are since it was cleared. */
    public int count() {
        return (int) ((control.get(ValueLayout.JAVA_LONG, POSITION) - data.address()) / stride);
    }

    /** How many there could be. */
    public int capacity() {
        return (int) (data.byteSize() / stride);
    }

    /** Adds a record. @throws IndexOutOfBoundsException if there is no room */
    public void add(HitRecording recording, PtRegs regs, long time) {
        long position = control.get(ValueLayout.JAVA_LONG, POSITION);
        long at = position - data.address();
        data.set(ValueLayout.JAVA_LONG, at + TIME, time);
        data.set(ValueLayout.JAVA_LONG, at + HEADER, (long) regs.cpu() << Integer.SIZE | recording.number());
        for (int i = 0; i < recording.registers(); i++) {
            data.set(ValueLayout.JAVA_LONG, at + REGISTERS + (long) i * Long.BYTES, regs.get(recording.register(i)));
        }
        control.set(ValueLayout.JAVA_LONG, POSITION, position + stride);
    }

    /** Copies records, {@link #stride} bytes each, from the n-th on; at most as many as there is room for. Returns how many. */
    public int copy(int n, int count, long[] into) {
        int copied = Math.min(count, into.length * Long.BYTES / stride);
        MemorySegment.copy(data, ValueLayout.JAVA_LONG, (long) n * stride, into, 0, copied * (stride / Long.BYTES));
        return copied;
    }
}
