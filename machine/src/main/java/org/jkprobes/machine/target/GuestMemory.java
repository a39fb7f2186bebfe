package org.jkprobes.machine.target;

import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.target.Memory;

/** Guest RAM by kernel virtual address, through the guest's TLB but without its notice. Devices are not memory. */
final class GuestMemory implements Memory {
    private static final int PAGE = 4096;

    private final ProbedCpu cpu;
    private final byte[] scratch = new byte[8];

    GuestMemory(ProbedCpu cpu) {
        this.cpu = cpu;
    }

    @Override
    public int read(long address, byte[] into, int offset, int length) {
        int done = 0;
        while (done < length) {
            int part = Math.min(length - done, PAGE - (int) (address + done & PAGE - 1));
            long at = cpu.ramOffset(address + done);
            if (at < 0) {
                break;
            }
            cpu.readRam(at, into, offset + done, part);
            done += part;
        }
        return done;
    }

    @Override
    public boolean write(long address, byte[] from, int offset, int length) {
        for (long page = address & -PAGE; page < address + length; page += PAGE) {
            if (cpu.ramOffset(Math.max(page, address)) < 0) {
                return false;
            }
        }
        int done = 0;
        while (done < length) {
            int part = Math.min(length - done, PAGE - (int) (address + done & PAGE - 1));
            byte[] bytes = new byte[part];
            System.arraycopy(from, offset + done, bytes, 0, part);
            long physical = cpu.peek(address + done);
            cpu.poke(physical, bytes);
            cpu.journal().stored(physical, bytes);
            done += part;
        }
        return true;
    }

    /** Fills the scratch bytes; false if not all are mapped. */
    private boolean fetch(long address, int size) {
        return read(address, scratch, 0, size) == size;
    }

    private long value(int size) {
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            value = value << 8 | scratch[i] & 0xff;
        }
        return value;
    }

    @Override
    public int readInt(long address, int unmapped) {
        return fetch(address, 4) ? (int) value(4) : unmapped;
    }

    @Override
    public long readLong(long address, long unmapped) {
        return fetch(address, 8) ? value(8) : unmapped;
    }

    @Override
    public int readByte(long address, int unmapped) {
        return fetch(address, 1) ? (int) value(1) : unmapped;
    }

    private boolean put(long address, int size, long value) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (value >>> 8 * i);
        }
        return write(address, bytes, 0, size);
    }

    @Override
    public boolean writeInt(long address, int value) {
        return put(address, 4, value);
    }

    @Override
    public boolean writeLong(long address, long value) {
        return put(address, 8, value);
    }

    @Override
    public boolean writeByte(long address, int value) {
        return put(address, 1, value);
    }
}
