package org.jkprobes.machine.target;

import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.engine.FetchOverlay;
import org.jkprobes.target.SlotArea;

/** The slots in the fetch overlay. */
final class OverlaySlots implements SlotArea {
    private final ProbedCpu cpu;
    private final long start;

    OverlaySlots(ProbedCpu cpu, long start) {
        this.cpu = cpu;
        this.start = start;
    }

    @Override
    public long start() {
        return start;
    }

    @Override
    public int size() {
        return FetchOverlay.SLOTS_SIZE;
    }

    @Override
    public void write(long address, byte[] code) {
        int offset = (int) (address - start);
        System.arraycopy(code, 0, cpu.overlay().slots(), offset, code.length);
        cpu.relift(FetchOverlay.SLOTS_PHYSICAL + offset, code.length);
    }
}
