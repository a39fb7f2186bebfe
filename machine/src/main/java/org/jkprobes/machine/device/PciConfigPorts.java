package org.jkprobes.machine.device;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;

/**
 * Configuration mechanism 1 of a PC: the address at port 0xcf8, the data at 0xcfc. The address takes writes of 32 bits only. Source: PCI
 * Local Bus Specification 2.1, chapter 3.7.4.
 */
public final class PciConfigPorts implements Device {
    /** Number of ports. */
    public static final int PORTS = 8;

    private static final int ENABLED = 0x8000_0000;

    private final PciBus bus;
    private int address;

    public PciConfigPorts(PciBus bus) {
        this.bus = bus;
    }

    @Override
    public long load(int offset, int size) {
        if (offset < 4) {
            return ByteLanes.extract(address & 0xffff_ffffL, offset, size);
        }
        long value = (address & ENABLED) != 0 ? bus.load(address | offset & 3, size) : -1;
        return value & ByteLanes.mask(size);
    }

    @Override
    public void store(int offset, int size, long value) {
        if (offset >= 4) {
            if ((address & ENABLED) != 0) {
                bus.store(address | offset & 3, size, (int) value);
            }
        } else if (offset == 0 && size == 4) {
            address = (int) value;
        }
    }

    @Override
    public void save(StateOutput out) {
        out.putInt(address);
    }

    @Override
    public void restore(StateInput in) {
        address = in.getInt();
    }
}
