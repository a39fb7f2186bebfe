package org.jkprobes.gdb.target;

import org.jkprobes.gdb.client.StopPoint;
import org.jkprobes.target.PtRegs;

/**
 * A watch on data of the guest, by virtual address, whatever is mapped there.
 *
 * @param kind {@link StopPoint#WRITE}, {@link StopPoint#READ} or {@link StopPoint#ACCESS}
 * @param address the first byte
 * @param bytes how many; stubs of hardware take 1, 2, 4 or 8, aligned
 * @param handler told of each access
 */
public record Watch(StopPoint kind, long address, int bytes, Handler handler) {
    /** Told by the thread that runs the guest, which stands still. */
    @FunctionalInterface
    public interface Handler {
        /**
         * An instruction has accessed what is watched.
         *
         * @param regs of the vCPU, as the stub reports them: QEMU's and x86's are behind the instruction
         */
        void accessed(Watch watch, PtRegs regs);
    }

    /** @throws IllegalArgumentException if the kind is no watch, or there are no bytes */
    public Watch {
        if (kind == StopPoint.BREAKPOINT || kind == StopPoint.HARDWARE_BREAKPOINT || bytes <= 0) {
            throw new IllegalArgumentException("no watch: " + kind + ", " + bytes + " bytes");
        }
    }
}
