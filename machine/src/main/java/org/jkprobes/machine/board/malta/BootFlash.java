package org.jkprobes.machine.board.malta;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.device.ByteLanes;
import org.jkprobes.machine.device.Device;

/**
 * The 4 MiB of boot flash: empty but for the revision register, which the board shows through it at {@code 0x1fc0_0010}. Read-only.
 * Source: MIPS Malta User's Manual, REVISION register.
 */
final class BootFlash implements Device {
    static final int SIZE = 0x40_0000;

    private static final int REVISION = 0x10;
    /** Product 2 (Malta), core card 1 (CoreLV). */
    private static final int MALTA_CORE_LV = 0x420;

    @Override
    public long load(int offset, int size) {
        if ((offset & ~3) != REVISION) {
            return 0;
        }
        return ByteLanes.extract(MALTA_CORE_LV, offset & 3, size);
    }

    @Override
    public void store(int offset, int size, long value) {}

    @Override
    public void save(StateOutput out) {}

    @Override
    public void restore(StateInput in) {}
}
