package org.jkprobes.machine.device;

import java.util.Arrays;
import org.jkprobes.machine.SnapshotException;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Stateful;

/** A queue of bytes of fixed capacity. */
final class ByteFifo implements Stateful {
    private final byte[] bytes;
    private int first;
    private int count;

    ByteFifo(int capacity) {
        bytes = new byte[capacity];
    }

    int count() {
        return count;
    }

    boolean isFull() {
        return count == bytes.length;
    }

    /** Adds a byte; the queue must not be full. */
    void add(int value) {
        bytes[(first + count) % bytes.length] = (byte) value;
        count++;
    }

    /** Takes the oldest byte, 0 to 255, or 0 if there is none. */
    int take() {
        if (count == 0) {
            return 0;
        }
        int value = bytes[first] & 0xff;
        first = (first + 1) % bytes.length;
        count--;
        return value;
    }

    void clear() {
        first = 0;
        count = 0;
    }

    /** Only what is queued is state, not where in the ring it lies. */
    @Override
    public void save(StateOutput out) {
        byte[] queued = new byte[count];
        for (int i = 0; i < count; i++) {
            queued[i] = bytes[(first + i) % bytes.length];
        }
        out.putBytes(queued);
    }

    @Override
    public void restore(StateInput in) {
        byte[] queued = in.getBytes();
        if (queued.length > bytes.length) {
            throw new SnapshotException("the snapshot is damaged: a queue of " + queued.length + " bytes");
        }
        Arrays.fill(bytes, (byte) 0);
        System.arraycopy(queued, 0, bytes, 0, queued.length);
        first = 0;
        count = queued.length;
    }
}
