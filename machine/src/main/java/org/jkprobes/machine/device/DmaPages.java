package org.jkprobes.machine.device;

import java.util.Arrays;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;

/**
 * The page registers of a PC's DMA controllers, ports 0x80 to 0x8f: storage, since no device does ISA DMA. The ports between them read as
 * all ones; port 0x80 itself is the diagnostic port, which only slows the CPU down.
 */
public final class DmaPages implements Device {
    public static final int PORTS = 16;
    /** The ports with a register behind them. */
    private static final int REGISTERS = 0b1000_1110_1000_1110;

    private final byte[] pages = new byte[PORTS];

    @Override
    public long load(int offset, int size) {
        return (REGISTERS >> offset & 1) != 0 ? pages[offset] & 0xff : 0xff;
    }

    @Override
    public void store(int offset, int size, long value) {
        if ((REGISTERS >> offset & 1) != 0) {
            pages[offset] = (byte) value;
        }
    }

    @Override
    public void save(StateOutput out) {
        out.putBytes(pages);
    }

    @Override
    public void restore(StateInput in) {
        System.arraycopy(Arrays.copyOf(in.getBytes(), PORTS), 0, pages, 0, PORTS);
    }
}
