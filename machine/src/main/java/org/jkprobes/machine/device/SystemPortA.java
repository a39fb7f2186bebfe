package org.jkprobes.machine.device;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;

/** Port 0x92 of a PC: fast reset, and the A20 gate, which is storage only: line 20 is never masked. */
public final class SystemPortA implements Device {
    private static final int RESET = 1;

    private final Runnable reset;
    private int value;

    /**
     * @param reset called when the guest resets the machine
     */
    public SystemPortA(Runnable reset) {
        this.reset = reset;
    }

    @Override
    public long load(int offset, int size) {
        return value;
    }

    @Override
    public void store(int offset, int size, long written) {
        boolean rises = (value & RESET) == 0 && (written & RESET) != 0;
        value = (int) written & 0xff;
        if (rises) {
            reset.run();
        }
    }

    @Override
    public void save(StateOutput out) {
        out.putInt(value);
    }

    @Override
    public void restore(StateInput in) {
        value = in.getInt();
    }
}
