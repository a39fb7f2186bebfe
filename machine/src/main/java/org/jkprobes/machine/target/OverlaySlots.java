package org.jkprobes.machine.target;

import org.jkprobes.machine.cpu.mips.MipsAddress;
import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.machine.engine.FetchOverlay;
import org.jkprobes.target.SlotArea;

/** The slots in the fetch overlay. */
final class OverlaySlots implements SlotArea {
    private final MipsCpu cpu;

    OverlaySlots(MipsCpu cpu) {
        this.cpu = cpu;
    }

    @Override
    public long start() {
        return MipsAddress.SLOTS;
    }

    @Override
    public int size() {
        return FetchOverlay.SLOTS_SIZE;
    }

    @Override
    public void write(long address, byte[] code) {
        int offset = (int) (address - MipsAddress.SLOTS);
        System.arraycopy(code, 0, cpu.overlay().slots(), offset, code.length);
        cpu.relift(FetchOverlay.SLOTS_PHYSICAL + offset, code.length);
    }
}
