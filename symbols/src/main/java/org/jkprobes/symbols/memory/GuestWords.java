package org.jkprobes.symbols.memory;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.MemoryReader;

/**
 * Numbers and strings in the memory of a stopped guest. Every page is read once, so an instance is only
 * good as long as the guest stands still.
 */
public final class GuestWords {
    /** Bytes of the smallest page of every supported architecture. */
    public static final int PAGE = 4096;

    private static final ByteBuffer UNMAPPED = ByteBuffer.allocate(0);

    private final MemoryReader memory;
    private final DataModel model;
    private final Map<Long, ByteBuffer> pages = new HashMap<>();
    private ByteBuffer last = UNMAPPED;
    private long lastNumber = -1;

    public GuestWords(MemoryReader memory, DataModel model) {
        this.memory = memory;
        this.model = model;
    }

    /** The aligned 32-bit number there, zero-extended; nothing when it is not mapped or not aligned. */
    public OptionalLong u32(long address) {
        ByteBuffer page = page(address);
        int offset = offset(address);
        return (offset & 3) != 0 || offset + 4 > page.limit()
                ? OptionalLong.empty()
                : OptionalLong.of(page.getInt(offset) & 0xffff_ffffL);
    }

    /** The aligned word there, a pointer for instance; nothing when it is not mapped or not aligned. */
    public OptionalLong word(long address) {
        if (model.wordSize() == 4) {
            return u32(address);
        }
        ByteBuffer page = page(address);
        int offset = offset(address);
        return (offset & 7) != 0 || offset + 8 > page.limit()
                ? OptionalLong.empty()
                : OptionalLong.of(page.getLong(offset));
    }

    /** The byte there, 0 to 255, or -1 when it is not mapped. */
    public int u8(long address) {
        ByteBuffer page = page(address);
        int offset = offset(address);
        return offset < page.limit() ? page.get(offset) & 0xff : -1;
    }

    /** The NUL-terminated string there, if it ends within {@code limit} bytes and is mapped up to there. */
    public Optional<String> string(long address, int limit) {
        byte[] bytes = new byte[limit];
        for (int length = 0; length < limit; length++) {
            int next = u8(address + length);
            if (next <= 0) {
                return next < 0 ? Optional.empty() : Optional.of(new String(bytes, 0, length, StandardCharsets.UTF_8));
            }
            bytes[length] = (byte) next;
        }
        return Optional.empty();
    }

    private static int offset(long address) {
        return (int) (address & PAGE - 1);
    }

    private ByteBuffer page(long address) {
        long number = model.address(address) & -PAGE;
        if (number != lastNumber) {
            last = pages.computeIfAbsent(number, this::read);
            lastNumber = number;
        }
        return last;
    }

    private ByteBuffer read(long address) {
        byte[] bytes = new byte[PAGE];
        int read = memory.read(address, bytes, 0, PAGE);
        return read <= 0
                ? UNMAPPED
                : ByteBuffer.wrap(bytes).order(model.byteOrder()).limit(Math.min(read, PAGE));
    }
}
