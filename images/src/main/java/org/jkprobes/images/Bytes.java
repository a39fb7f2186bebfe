package org.jkprobes.images;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A file's bytes with bounds-checked reads: what lies beyond the end is a truncated file, never a crash. */
final class Bytes {
    private final byte[] data;
    private final ByteBuffer view;

    Bytes(byte[] data, ByteOrder order) {
        this.data = data;
        this.view = ByteBuffer.wrap(data).order(order);
    }

    int size() {
        return data.length;
    }

    ByteOrder order() {
        return view.order();
    }

    int u8(long offset) throws ImageException {
        return view.get(at(offset, 1)) & 0xff;
    }

    int u16(long offset) throws ImageException {
        return view.getShort(at(offset, 2)) & 0xffff;
    }

    long u32(long offset) throws ImageException {
        return view.getInt(at(offset, 4)) & 0xffff_ffffL;
    }

    long u64(long offset) throws ImageException {
        return view.getLong(at(offset, 8));
    }

    boolean has(long offset, byte... magic) {
        return offset >= 0
                && offset + magic.length <= data.length
                && Arrays.equals(data, (int) offset, (int) offset + magic.length, magic, 0, magic.length);
    }

    /** A read-only view; shares the bytes. */
    ByteBuffer slice(long offset, long length) throws ImageException {
        int start = at(offset, length);
        return ByteBuffer.wrap(data, start, (int) length)
                .slice()
                .asReadOnlyBuffer()
                .order(view.order());
    }

    byte[] copy(long offset, long length) throws ImageException {
        int start = at(offset, length);
        return Arrays.copyOfRange(data, start, start + (int) length);
    }

    byte[] array() {
        return data;
    }

    private int at(long offset, long length) throws ImageException {
        if (offset < 0 || length < 0 || length > data.length || offset > data.length - length) {
            throw new ImageException("truncated: %d bytes at offset 0x%x wanted, the file has %d"
                    .formatted(length, offset, data.length));
        }
        return (int) offset;
    }
}
