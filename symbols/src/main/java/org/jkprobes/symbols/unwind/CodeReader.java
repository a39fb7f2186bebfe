package org.jkprobes.symbols.unwind;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.MemoryReader;

/** Words of a stopped guest's memory; pages are read once. */
final class CodeReader {
    private static final int PAGE = 4096;
    private static final ByteBuffer UNMAPPED = ByteBuffer.allocate(0);

    private final MemoryReader memory;
    private final DataModel model;
    private final Map<Long, ByteBuffer> pages = new HashMap<>();

    private ByteBuffer last = UNMAPPED;
    private long lastNumber = -1;

    CodeReader(MemoryReader memory, DataModel model) {
        this.memory = memory;
        this.model = model;
    }

    /** The aligned word there, zero-extended, or nothing when it is not mapped. */
    OptionalLong word(long address) {
        if ((address & 3) != 0) {
            return OptionalLong.empty();
        }
        long number = model.address(address) & -PAGE;
        if (number != lastNumber) {
            last = pages.computeIfAbsent(number, this::page);
            lastNumber = number;
        }
        ByteBuffer page = last;
        int offset = (int) (address & PAGE - 1);
        return offset + 4 > page.limit() ? OptionalLong.empty() : OptionalLong.of(page.getInt(offset) & 0xffff_ffffL);
    }

    private ByteBuffer page(long address) {
        byte[] bytes = new byte[PAGE];
        int read = memory.read(address, bytes, 0, PAGE);
        return read <= 0
                ? UNMAPPED
                : ByteBuffer.wrap(bytes).order(model.byteOrder()).limit(Math.min(read, PAGE));
    }
}
