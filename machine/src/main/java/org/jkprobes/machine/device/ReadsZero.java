package org.jkprobes.machine.device;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;

/** Registers of something that is not plugged in: they read as zero. */
enum ReadsZero implements Device {
    DEVICE;

    @Override
    public long load(int offset, int size) {
        return 0;
    }

    @Override
    public void store(int offset, int size, long value) {}

    @Override
    public void save(StateOutput out) {}

    @Override
    public void restore(StateInput in) {}
}
