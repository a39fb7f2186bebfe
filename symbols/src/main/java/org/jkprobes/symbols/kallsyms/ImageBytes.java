package org.jkprobes.symbols.kallsyms;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jkprobes.symbols.DataModel;

/** Part of a kernel as bytes, read with bounds: what lies outside reads as 0 and is never {@link #holds held}. */
final class ImageBytes {
    private final byte[] bytes;
    private final ByteBuffer buffer;
    private final DataModel model;

    ImageBytes(byte[] bytes, DataModel model) {
        this.bytes = bytes;
        this.buffer = ByteBuffer.wrap(bytes).order(model.byteOrder());
        this.model = model;
    }

    DataModel model() {
        return model;
    }

    int length() {
        return bytes.length;
    }

    boolean holds(long position, long count) {
        return position >= 0 && count >= 0 && position + count <= bytes.length;
    }

    int u8(int position) {
        return holds(position, 1) ? bytes[position] & 0xff : 0;
    }

    int u16(int position) {
        return holds(position, 2) ? buffer.getShort(position) & 0xffff : 0;
    }

    int i32(int position) {
        return holds(position, 4) ? buffer.getInt(position) : 0;
    }

    long u32(int position) {
        return i32(position) & 0xffff_ffffL;
    }

    long word(int position) {
        return model.wordSize() == 4 ? u32(position) : holds(position, 8) ? buffer.getLong(position) : 0;
    }

    byte[] slice(int from, int to) {
        return Arrays.copyOfRange(bytes, from, to);
    }

    /** Up to the next multiple of the word size, to which every kallsyms table is aligned. */
    int alignUp(int position) {
        return (position + model.wordSize() - 1) & -model.wordSize();
    }

    int alignDown(int position) {
        return position & -model.wordSize();
    }
}
