package org.jkprobes.machine.device;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;

/**
 * The 8042 keyboard controller of a PC with neither keyboard nor mouse plugged in: its own commands work, the reset pulse above all; what is
 * sent to the devices is lost. It does not interrupt, and its
 * status always says "command", as QEMU's does. Offset 0 is port 0x60, offset 4 port 0x64. Source: IBM PC/AT Technical Reference,
 * keyboard controller.
 */
public final class KeyboardController implements Device {
    private static final int DATA = 0;
    private static final int COMMAND = 4;

    private static final int STATUS_FULL = 0x01;
    private static final int STATUS_SELF_TESTED = 0x04;
    private static final int STATUS_COMMAND = 0x08;
    private static final int STATUS_UNLOCKED = 0x10;
    private static final int KEYBOARD_OFF = 0x10;
    private static final int MOUSE_OFF = 0x20;
    private static final int A20 = 0x02;

    private final Runnable reset;
    private int status = STATUS_COMMAND | STATUS_UNLOCKED;
    private int mode = 0x03;
    private int outputPort = 0xcf;
    private int answer;
    /** The command whose data byte comes next, or 0. */
    private int expecting;

    /**
     * @param reset called when the guest resets the machine
     */
    public KeyboardController(Runnable reset) {
        this.reset = reset;
    }

    @Override
    public long load(int offset, int size) {
        if (offset == COMMAND) {
            return status;
        }
        if (offset != DATA) {
            return 0xff;
        }
        status &= ~STATUS_FULL;
        return answer;
    }

    private void answer(int value) {
        answer = value;
        status |= STATUS_FULL;
    }

    @Override
    public void store(int offset, int size, long value) {
        int word = (int) value & 0xff;
        if (offset == COMMAND) {
            command(word);
        } else if (offset == DATA) {
            data(word);
        }
    }

    private void command(int word) {
        expecting = 0;
        switch (word) {
            case 0x20 -> answer(mode);
            case 0x60, 0xd1, 0xd2, 0xd3, 0xd4 -> expecting = word;
            case 0xa7 -> mode |= MOUSE_OFF;
            case 0xa8 -> mode &= ~MOUSE_OFF;
            case 0xa9, 0xab -> answer(0);
            case 0xaa -> {
                status |= STATUS_SELF_TESTED;
                answer(0x55);
            }
            case 0xad -> mode |= KEYBOARD_OFF;
            case 0xae -> mode &= ~KEYBOARD_OFF;
            case 0xc0 -> answer(0x80);
            case 0xd0 -> answer(outputPort);
            case 0xdd -> outputPort &= ~A20;
            case 0xdf -> outputPort |= A20;
            default -> {
                // Pulses of the output port: bit 0 is the CPU's reset, active low.
                if (word >= 0xf0 && (word & 1) == 0) {
                    reset.run();
                }
            }
        }
    }

    private void data(int word) {
        switch (expecting) {
            case 0x60 -> mode = word;
            case 0xd1 -> {
                outputPort = word;
                if ((word & 1) == 0) {
                    reset.run();
                }
            }
            case 0xd2, 0xd3 -> answer(word);
            default -> {
                // For a device that is not there.
            }
        }
        expecting = 0;
    }

    @Override
    public void save(StateOutput out) {
        out.putInt(status);
        out.putInt(mode);
        out.putInt(outputPort);
        out.putInt(answer);
        out.putInt(expecting);
    }

    @Override
    public void restore(StateInput in) {
        status = in.getInt();
        mode = in.getInt();
        outputPort = in.getInt();
        answer = in.getInt();
        expecting = in.getInt();
    }
}
