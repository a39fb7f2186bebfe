package org.jkprobes.machine.target;

import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.target.Memory;
import org.jkprobes.target.Text;

/** Breakpoints in the fetch overlay: RAM keeps the original bytes, so reading them is reading memory. */
final class OverlayText implements Text {
    private final ProbedCpu cpu;
    private final Memory memory;
    private final ProbedPlaces places;

    OverlayText(ProbedCpu cpu, Memory memory, ProbedPlaces places) {
        this.cpu = cpu;
        this.memory = memory;
        this.places = places;
    }

    @Override
    public boolean arm(long address, byte[] breakpoint) {
        long physical = armed(address) ? places.physical(address) : places.hold(address);
        if (physical == ProbedPlaces.NOWHERE) {
            return false;
        }
        cpu.overlay().arm(physical, address, breakpoint);
        cpu.relift(physical, breakpoint.length);
        return true;
    }

    @Override
    public void disarm(long address) {
        long physical = places.physical(address);
        if (physical != ProbedPlaces.NOWHERE && cpu.overlay().disarm(physical, address)) {
            places.release(address);
            cpu.relift(physical, 1);
        }
    }

    @Override
    public boolean armed(long address) {
        long physical = places.physical(address);
        return physical != ProbedPlaces.NOWHERE && cpu.overlay().at(physical, address) != null;
    }

    @Override
    public int readOriginal(long address, byte[] into, int offset, int length) {
        return memory.read(address, into, offset, length);
    }

    @Override
    public void onGuestWrite(GuestWriteListener listener) {
        places.listener(listener);
    }
}
