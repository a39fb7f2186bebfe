package org.jkprobes.machine;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads what {@link StateOutput} wrote. A state that ends early or holds impossible lengths is a {@link SnapshotException}. */
public final class StateInput {
    private final ByteBuffer buffer;

    public StateInput(byte[] bytes) {
        buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    public boolean getBoolean() {
        try {
            return buffer.get() != 0;
        } catch (BufferUnderflowException e) {
            throw truncated(e);
        }
    }

    public int getInt() {
        try {
            return buffer.getInt();
        } catch (BufferUnderflowException e) {
            throw truncated(e);
        }
    }

    public long getLong() {
        try {
            return buffer.getLong();
        } catch (BufferUnderflowException e) {
            throw truncated(e);
        }
    }

    /** Reads a length and that many bytes. */
    public byte[] getBytes() {
        int length = getInt();
        if (length < 0 || length > buffer.remaining()) {
            throw new SnapshotException("the snapshot is damaged: a field of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return bytes;
    }

    /** Whether all has been read. */
    public boolean atEnd() {
        return !buffer.hasRemaining();
    }

    private static SnapshotException truncated(BufferUnderflowException e) {
        return new SnapshotException("the snapshot is truncated", e);
    }
}
