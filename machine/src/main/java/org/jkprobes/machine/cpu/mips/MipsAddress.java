package org.jkprobes.machine.cpu.mips;

import org.jkprobes.machine.engine.FetchOverlay;

/** Where instruction slots appear to a stepped CPU: in the EJTAG debug segment, which no guest of ours uses. */
public final class MipsAddress {
    private MipsAddress() {}

    public static final long SLOTS = 0xff200000L;

    public static boolean isSlot(long address) {
        return address >= SLOTS && address < SLOTS + FetchOverlay.SLOTS_SIZE;
    }

    static long slotPhysical(long address) {
        return FetchOverlay.SLOTS_PHYSICAL + (address - SLOTS);
    }
}
