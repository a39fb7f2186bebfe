package org.jkprobes.machine.target;

import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.target.Memory;
import org.jkprobes.target.Text;

/** Breakpoints in the fetch overlay: RAM keeps the original bytes, so reading them is reading memory. */
final class OverlayText implements Text {
    private final MipsCpu cpu;
    private final Memory memory;
    private final GuestWrites writes;

    OverlayText(MipsCpu cpu, Memory memory, GuestWrites writes) {
        this.cpu = cpu;
        this.memory = memory;
        this.writes = writes;
    }

    @Override
    public boolean arm(long address, byte[] breakpoint) {
        if (cpu.ramOffset(address) < 0) {
            return false;
        }
        long physical = cpu.peek(address);
        if (cpu.overlay().at(physical) == null) {
            writes.watch(physical, address);
        }
        cpu.overlay().arm(physical, breakpoint);
        cpu.relift(physical, breakpoint.length);
        return true;
    }

    @Override
    public void disarm(long address) {
        long physical = cpu.peek(address);
        if (physical >= 0 && cpu.overlay().disarm(physical)) {
            writes.forget(physical);
            cpu.relift(physical, 1);
        }
    }

    @Override
    public boolean armed(long address) {
        long physical = cpu.peek(address);
        return physical >= 0 && cpu.overlay().at(physical) != null;
    }

    @Override
    public int readOriginal(long address, byte[] into, int offset, int length) {
        return memory.read(address, into, offset, length);
    }

    @Override
    public void onGuestWrite(GuestWriteListener listener) {
        writes.listener(listener);
    }
}
