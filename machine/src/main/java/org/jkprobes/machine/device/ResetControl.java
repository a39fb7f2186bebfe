package org.jkprobes.machine.device;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;

/** The reset control register of a PIIX, port 0xcf9: bit 2 resets, bit 1 says how hard. Source: Intel 82371AB (PIIX4) data sheet. */
final class ResetControl implements Device {
    private static final int RESET_NOW = 4;
    private static final int HARD_RESET = 2;

    private final Runnable reset;
    private int kind;

    ResetControl(Runnable reset) {
        this.reset = reset;
    }

    @Override
    public long load(int offset, int size) {
        return kind;
    }

    @Override
    public void store(int offset, int size, long value) {
        if ((value & RESET_NOW) != 0) {
            reset.run();
        } else {
            kind = (int) value & HARD_RESET;
        }
    }

    @Override
    public void save(StateOutput out) {
        out.putInt(kind);
    }

    @Override
    public void restore(StateInput in) {
        kind = in.getInt();
    }
}
