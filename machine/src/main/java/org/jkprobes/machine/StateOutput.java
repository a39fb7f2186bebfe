package org.jkprobes.machine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A growing little-endian buffer that {@link Stateful} parts write themselves into. */
public final class StateOutput {
    private ByteBuffer buffer = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            byte[] grown = Arrays.copyOf(buffer.array(), Math.max(buffer.capacity() * 2, buffer.position() + bytes));
            buffer = ByteBuffer.wrap(grown).order(ByteOrder.LITTLE_ENDIAN).position(buffer.position());
        }
        return buffer;
    }

    public void putBoolean(boolean value) {
        room(1).put((byte) (value ? 1 : 0));
    }

    public void putInt(int value) {
        room(4).putInt(value);
    }

    public void putLong(long value) {
        room(8).putLong(value);
    }

    /** Writes the length and the bytes. */
    public void putBytes(byte[] bytes) {
        putInt(bytes.length);
        room(bytes.length).put(bytes);
    }

    /** A copy of all that was written. */
    public byte[] toByteArray() {
        return Arrays.copyOf(buffer.array(), buffer.position());
    }
}
