package org.jkprobes.gdb.target;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jkprobes.gdb.client.Stub;
import org.jkprobes.target.Memory;

/**
 * Memory through a stub. A guest that stands still does not change its memory, so what was read is kept until it runs again. Of a
 * running guest nothing can be read or written. One thread at a time.
 */
final class GdbMemory implements Memory {
    private static final int LINE = 256;
    private static final int LINES = 128;
    private static final int EXPECTED = 3;
    /** No line starts there. */
    private static final long NOWHERE = 1;

    private final Stub stub;
    private final ByteOrder order;
    private final int wordBytes;
    private final byte[][] lines = new byte[LINES][0];
    private final long[] starts = new long[LINES];
    private final byte[] word = new byte[8];
    private final ByteBuffer number;
    private boolean stopped = true;
    /** Lines that were used at the last stop, and those at this one: often the same, so they are read with the registers. */
    private long[] expected = new long[EXPECTED];

    private int expectedCount;
    private long[] used = new long[EXPECTED];
    private int usedCount;
    private final byte[][] pieces = new byte[EXPECTED][];
    private final int[] got = new int[EXPECTED];

    GdbMemory(Stub stub, ByteOrder order, int wordBytes) {
        this.stub = stub;
        this.order = order;
        this.wordBytes = wordBytes;
        number = ByteBuffer.wrap(word).order(order);
        forget();
    }

    synchronized void runs(boolean now) {
        stopped = !now;
        forget();
    }

    /** Reads all registers of the selected vCPU, and at a hit also what the last hit has read. As {@link Stub#readRegisters(byte[])}. */
    synchronized int readRegisters(byte[] into, boolean hit) {
        if (!hit) {
            return stub.readRegisters(into);
        }
        long[] lately = used;
        used = expected;
        expected = lately;
        expectedCount = usedCount;
        usedCount = 0;
        for (int i = 0; i < expectedCount; i++) {
            pieces[i] = new byte[LINE];
        }
        int length = stub.readRegisters(into, expected, pieces, got, expectedCount);
        for (int i = 0; i < expectedCount; i++) {
            keep(expected[i], got[i] == LINE ? pieces[i] : new byte[0]);
        }
        return length;
    }

    private void keep(long start, byte[] line) {
        int slot = (int) (start / LINE & LINES - 1);
        lines[slot] = line;
        starts[slot] = start;
    }

    private void use(long start) {
        for (int i = 0; i < usedCount; i++) {
            if (used[i] == start) {
                return;
            }
        }
        if (usedCount < EXPECTED) {
            used[usedCount++] = start;
        }
    }

    private void forget() {
        Arrays.fill(starts, NOWHERE);
    }

    private long address(long address) {
        return wordBytes == 4 ? address & 0xffff_ffffL : address;
    }

    @Override
    public synchronized int read(long address, byte[] into, int offset, int length) {
        if (!stopped) {
            return 0;
        }
        long start = address(address);
        if (length > LINE) {
            return stub.readMemory(start, into, offset, length);
        }
        int done = 0;
        while (done < length) {
            long at = address(start + done);
            byte[] line = line(at & -LINE);
            int from = (int) (at & LINE - 1);
            int count = Math.min(length - done, LINE - from);
            if (line.length == 0) {
                return done + stub.readMemory(at, into, offset + done, length - done);
            }
            System.arraycopy(line, from, into, offset + done, count);
            done += count;
        }
        return done;
    }

    /** A whole line, or none if a part of it is not mapped. */
    private byte[] line(long start) {
        int slot = (int) (start / LINE & LINES - 1);
        use(start);
        if (starts[slot] != start) {
            byte[] fresh = new byte[LINE];
            keep(start, stub.readMemory(start, fresh, 0, LINE) == LINE ? fresh : new byte[0]);
        }
        return lines[slot];
    }

    @Override
    public synchronized boolean write(long address, byte[] from, int offset, int length) {
        byte[] probe = new byte[length];
        boolean written = stopped
                && read(address, probe, 0, length) == length // all or nothing
                && stub.writeMemory(address(address), from, offset, length);
        forget();
        return written;
    }

    @Override
    public synchronized int readInt(long address, int unmapped) {
        return read(address, word, 0, 4) == 4 ? number.getInt(0) : unmapped;
    }

    @Override
    public synchronized long readLong(long address, long unmapped) {
        return read(address, word, 0, 8) == 8 ? number.getLong(0) : unmapped;
    }

    @Override
    public synchronized int readByte(long address, int unmapped) {
        return read(address, word, 0, 1) == 1 ? word[0] & 0xff : unmapped;
    }

    @Override
    public boolean writeInt(long address, int value) {
        return write(address, ByteBuffer.allocate(4).order(order).putInt(value).array(), 0, 4);
    }

    @Override
    public boolean writeLong(long address, long value) {
        return write(address, ByteBuffer.allocate(8).order(order).putLong(value).array(), 0, 8);
    }

    @Override
    public boolean writeByte(long address, int value) {
        return write(address, new byte[] {(byte) value}, 0, 1);
    }
}
