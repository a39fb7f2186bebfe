package org.jkprobes.symbols.modules;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.MemoryReader;

/** Memory of a guest that never was: pages appear where something is put. */
public final class SparseMemory implements MemoryReader {
    private static final int PAGE = 4096;

    private final DataModel model;
    private final TreeMap<Long, ByteBuffer> pages = new TreeMap<>();

    public SparseMemory(DataModel model) {
        this.model = model;
    }

    @Override
    public int read(long virtualAddress, byte[] into, int offset, int length) {
        int done = 0;
        while (done < length) {
            long address = model.address(virtualAddress + done);
            ByteBuffer page = pages.get(address & -PAGE);
            if (page == null) {
                break;
            }
            int at = (int) (address & PAGE - 1);
            int count = Math.min(length - done, PAGE - at);
            page.get(at, into, offset + done, count);
            done += count;
        }
        return done;
    }

    private ByteBuffer page(long address) {
        return pages.computeIfAbsent(
                model.address(address) & -PAGE,
                number -> ByteBuffer.allocate(PAGE).order(model.byteOrder()));
    }

    /** Makes pages of zeros. */
    public void map(long address, long length) {
        for (long page = address & -PAGE; page < address + length; page += PAGE) {
            page(page);
        }
    }

    public void u8(long address, int value) {
        page(address).put((int) (address & PAGE - 1), (byte) value);
    }

    public void u32(long address, long value) {
        page(address).putInt((int) (address & PAGE - 1), (int) value);
    }

    public void word(long address, long value) {
        if (model.wordSize() == 4) {
            u32(address, value);
        } else {
            page(address).putLong((int) (address & PAGE - 1), value);
        }
    }

    public void string(long address, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            u8(address + i, bytes[i]);
        }
        u8(address + bytes.length, 0);
    }
}
