package org.jkprobes.machine.device;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;

/**
 * PIIX4 function 3, power management: the ACPI PM1 registers, the 24-bit power management timer at 3.579545 MHz, and soft off. No
 * power management event interrupts: nothing on the board raises one but the timer's overflow, and its status bit is not modelled.
 * The SMBus host answers every transaction with "no such device". Source: Intel 82371AB (PIIX4) data sheet, chapter 7.
 */
public final class Piix4Power extends PciFunction {
    private static final Frequency PM_TIMER = new Frequency(3_579_545);

    private static final int PM_BASE = 0x40;
    private static final int PM_ENABLE = 0x80;
    private static final int PM_PORTS = 64;
    private static final int SMBUS_BASE = 0x90;
    private static final int SMBUS_ENABLE = 0xd2;
    private static final int SMBUS_PORTS = 64;
    private static final int BASE_MASK = 0xffc0;

    private static final int SCI_ENABLE = 1;
    private static final int SLEEP_ENABLE = 0x2000;

    private final Timeline timeline;
    private final Runnable powerOff;
    private final PortSpace.Region pmWindow;
    private final PortSpace.Region smbusWindow;
    private final Device pmRegisters = new PmRegisters();
    private final SmbusHost smbus = new SmbusHost();
    private int status;
    private int enable;
    private int control = SCI_ENABLE;

    /**
     * @param powerOff called when the guest switches the machine off
     */
    public Piix4Power(Timeline timeline, PortSpace ports, Runnable powerOff) {
        super(0x8086, 0x7113, 3, 0x0680);
        this.timeline = timeline;
        this.powerOff = powerOff;
        set(STATUS, 2, 0x0280);
        set(INTERRUPT_PIN, 1, 1);
        set(PM_BASE, 1, 1);
        set(0x5b, 1, 0x02);
        set(0x5f, 1, 0x90);
        set(0x63, 1, 0x60);
        set(0x67, 1, 0x98);
        set(SMBUS_BASE, 2, 0x1101);
        set(SMBUS_ENABLE, 1, 0x09);
        pmWindow = ports.region(PM_PORTS, 4, pmRegisters);
        smbusWindow = ports.region(SMBUS_PORTS, 1, smbus);
        configured();
    }

    @Override
    protected void configured() {
        place(pmWindow, PM_BASE, PM_ENABLE);
        place(smbusWindow, SMBUS_BASE, SMBUS_ENABLE);
    }

    private void place(PortSpace.Region window, int base, int enabled) {
        if ((load(enabled, 1) & 1) != 0) {
            window.map(load(base, 2) & BASE_MASK);
        } else {
            window.unmap();
        }
    }

    @Override
    public void save(StateOutput out) {
        super.save(out);
        out.putInt(status);
        out.putInt(enable);
        out.putInt(control);
        smbus.save(out);
    }

    @Override
    public void restore(StateInput in) {
        super.restore(in);
        status = in.getInt();
        enable = in.getInt();
        control = in.getInt();
        smbus.restore(in);
    }

    private final class PmRegisters implements Device {
        @Override
        public long load(int offset, int size) {
            long value = switch (offset & ~3) {
                case 0 -> status | ((long) enable << 16);
                case 4 -> control;
                case 8 -> PM_TIMER.ticks(timeline.now()) & 0xff_ffff;
                default -> 0;
            };
            return ByteLanes.extract(value, offset & 3, size);
        }

        @Override
        public void store(int offset, int size, long value) {
            int word = (int) value & 0xffff;
            switch (offset) {
                case 0 -> {
                    status &= ~word;
                    if (size == 4) {
                        enable = (int) (value >> 16) & 0xffff;
                    }
                }
                case 2 -> enable = word;
                case 4 -> writeControl(word);
                default -> {
                    // Read-only or nothing there.
                }
            }
        }

        /** The sleep types are the chip's own: 0 is soft off. The others would suspend; they do nothing here. */
        private void writeControl(int word) {
            control = word & ~SLEEP_ENABLE;
            if ((word & SLEEP_ENABLE) != 0 && ((word >> 10) & 7) == 0) {
                powerOff.run();
            }
        }

        /** Saved with the function. */
        @Override
        public void save(StateOutput out) {}

        @Override
        public void restore(StateInput in) {}
    }
}
