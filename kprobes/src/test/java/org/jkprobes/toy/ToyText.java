package org.jkprobes.toy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jkprobes.target.SlotArea;
import org.jkprobes.target.Text;

/** Breakpoints as an overlay over all unmapped memory, and the slots, which are no memory at all. */
public final class ToyText implements Text, SlotArea {
    static final long SLOTS = 0x9f000000L;
    private static final int SLOT_WORDS = 1 << 16;

    private final ToyRam ram;
    private final int slotBytes;
    /** The breakpoint word over each word of memory, 0 if none. */
    private final AtomicIntegerArray overlay = new AtomicIntegerArray(ToyRam.BYTES / 4);

    private final AtomicIntegerArray slots = new AtomicIntegerArray(SLOT_WORDS);
    private volatile GuestWriteListener listener = (address, length) -> {};
    /** Runs before a breakpoint is placed: for targets that take their time. */
    public volatile Runnable beforeArm = () -> {};

    ToyText(ToyRam ram, int slotBytes) {
        this.ram = ram;
        this.slotBytes = slotBytes;
    }

    private static int index(long address) {
        return address >= ToyRam.BASE && address < ToyRam.BASE + ToyRam.BYTES ? (int) (address - ToyRam.BASE) >> 2 : -1;
    }

    private static int word(byte[] bytes, int at) {
        return bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff) << 16 | bytes[at + 3] << 24;
    }

    @Override
    public boolean arm(long address, byte[] breakpoint) {
        int i = index(address);
        if (i < 0) {
            return false;
        }
        beforeArm.run();
        overlay.set(i, word(breakpoint, 0));
        return true;
    }

    @Override
    public void disarm(long address) {
        overlay.set(index(address), 0);
    }

    @Override
    public boolean armed(long address) {
        int i = index(address);
        return i >= 0 && overlay.get(i) != 0;
    }

    @Override
    public int readOriginal(long address, byte[] into, int offset, int length) {
        return ram.read(address, into, offset, length);
    }

    @Override
    public void onGuestWrite(GuestWriteListener to) {
        listener = to;
    }

    /** A guest has stored to this word. */
    void stored(long address) {
        if (armed(address)) {
            listener.guestWrote(address, 4);
        }
    }

    @Override
    public long start() {
        return SLOTS;
    }

    @Override
    public int size() {
        return slotBytes;
    }

    @Override
    public void write(long address, byte[] code) {
        for (int i = 0; i < code.length; i += 4) {
            slots.set((int) (address - SLOTS + i) >> 2, word(code, i));
        }
    }

    int slotWord(long address) {
        return slots.get((int) (address - SLOTS) >> 2);
    }

    /** How many breakpoints are armed. */
    public int armedCount() {
        int count = 0;
        for (int i = 0; i < overlay.length(); i++) {
            count += overlay.get(i) != 0 ? 1 : 0;
        }
        return count;
    }
}
