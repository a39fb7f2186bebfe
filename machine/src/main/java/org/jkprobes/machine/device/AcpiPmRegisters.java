package org.jkprobes.machine.device;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.Timer;

/**
 * The ACPI fixed registers of a PIIX4: PM1 status and enable at 0, PM1 control at 4, the 24-bit power management timer at 8. ACPI mode is on
 * from the start, since there is no system management mode to switch it. The timer's status bit says that bit 23 has changed since it was
 * cleared, and stands after reset, as in QEMU. Source: ACPI specification 2.0, chapter 4.7; Intel 82371AB (PIIX4) data sheet, chapter 7.
 */
final class AcpiPmRegisters implements Device {
    private static final Frequency CLOCK = new Frequency(3_579_545);
    /** Half of the counter's range. */
    private static final long HALF = 0x80_0000;

    private static final int TIMER_BIT = 1;
    /** Timer, global lock, power button, real-time clock. */
    private static final int EVENTS = 0x0521;

    private static final int SCI_ENABLE = 1;
    private static final int SLEEP_ENABLE = 0x2000;

    private final Timeline timeline;
    private final InterruptLine sci;
    private final Runnable powerOff;
    private final Timer overflow;
    private int status;
    private int enable;
    private int control = SCI_ENABLE;
    /** In ticks since power-on. */
    private long overflowsAt;

    /**
     * @param sci the system control interrupt
     * @param powerOff called when the guest switches the machine off
     */
    AcpiPmRegisters(Timeline timeline, InterruptLine sci, Runnable powerOff) {
        this.timeline = timeline;
        this.sci = sci;
        this.powerOff = powerOff;
        overflow = timeline.timer(this::update);
    }

    private long ticks() {
        return CLOCK.ticks(timeline.now());
    }

    private int status() {
        if (ticks() >= overflowsAt) {
            status |= TIMER_BIT;
        }
        return status;
    }

    private void update() {
        int now = status();
        sci.set((now & enable & EVENTS) != 0);
        if ((enable & ~now & TIMER_BIT) != 0) {
            overflow.at(Math.max(CLOCK.ns(overflowsAt), timeline.now() + 1));
        } else {
            overflow.cancel();
        }
    }

    @Override
    public long load(int offset, int size) {
        long value = switch (offset & ~3) {
            case 0 -> status() | ((long) enable << 16);
            case 4 -> control;
            case 8 -> ticks() & 0xff_ffff;
            default -> 0;
        };
        return ByteLanes.extract(value, offset & 3, size);
    }

    @Override
    public void store(int offset, int size, long value) {
        int word = (int) value & 0xffff;
        switch (offset) {
            case 0 -> {
                clear(word);
                if (size == 4) {
                    enable = (int) (value >> 16) & 0xffff;
                }
                update();
            }
            case 2 -> {
                enable = word;
                update();
            }
            case 4 -> writeControl(word);
            default -> {
                // Read-only or nothing there.
            }
        }
    }

    private void clear(int bits) {
        if ((status() & bits & TIMER_BIT) != 0) {
            overflowsAt = (ticks() + HALF) & -HALF;
        }
        status &= ~bits;
    }

    /** The sleep types are the chip's own: 0 is soft off. The others would suspend; they do nothing here. */
    private void writeControl(int word) {
        control = word & ~SLEEP_ENABLE;
        if ((word & SLEEP_ENABLE) != 0 && ((word >> 10) & 7) == 0) {
            powerOff.run();
        }
    }

    @Override
    public void save(StateOutput out) {
        out.putInt(status);
        out.putInt(enable);
        out.putInt(control);
        out.putLong(overflowsAt);
    }

    @Override
    public void restore(StateInput in) {
        status = in.getInt();
        enable = in.getInt();
        control = in.getInt();
        overflowsAt = in.getLong();
    }
}
