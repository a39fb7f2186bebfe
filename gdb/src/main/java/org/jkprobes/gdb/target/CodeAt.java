package org.jkprobes.gdb.target;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The bytes of an instruction, and what follows it, as many as could be read. */
public final class CodeAt {
    private final long address;
    private final byte[] bytes;
    private final ByteOrder order;

    /** The array is the callee's to keep. */
    public CodeAt(long address, byte[] bytes, ByteOrder order) {
        this.address = address;
        this.bytes = bytes;
        this.order = order;
    }

    public long address() {
        return address;
    }

    /** Not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /** The instruction of an architecture with 4 bytes for each; 0 if it could not be read. */
    public int word() {
        return bytes.length < 4 ? 0 : ByteBuffer.wrap(bytes).order(order).getInt();
    }
}
