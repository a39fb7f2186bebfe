package org.jkprobes.machine.device;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;

/**
 * A device with byte registers on a wider bus: one register every {@code 1 << shift} bytes, in the low byte of whatever is accessed.
 */
public record StridedRegisters(Device device, int shift) implements Device {
    @Override
    public long load(int offset, int size) {
        return device.load(offset >> shift, 1);
    }

    @Override
    public void store(int offset, int size, long value) {
        device.store(offset >> shift, 1, value & 0xff);
    }

    @Override
    public void save(StateOutput out) {
        device.save(out);
    }

    @Override
    public void restore(StateInput in) {
        device.restore(in);
    }
}
