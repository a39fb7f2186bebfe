package org.jkprobes.machine.device;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;

/**
 * PIIX4 function 3, power management: places the ACPI registers and the SMBus host in the port space. The SMBus host answers every
 * transaction with "no such device". There are no general purpose events. Source: Intel 82371AB (PIIX4) data sheet, chapter 7.
 */
public final class Piix4Power extends PciFunction {
    private static final int PM_BASE = 0x40;
    private static final int PM_ENABLE = 0x80;
    private static final int PM_PORTS = 64;
    private static final int SMBUS_BASE = 0x90;
    private static final int SMBUS_ENABLE = 0xd2;
    private static final int SMBUS_PORTS = 64;
    private static final int BASE_MASK = 0xffc0;

    private final PortSpace.Region pmWindow;
    private final PortSpace.Region smbusWindow;
    private final AcpiPmRegisters pmRegisters;
    private final SmbusHost smbus = new SmbusHost();

    /**
     * What the board tells the chip about itself.
     *
     * @param devices5f the register at 0x5f: which legacy devices there are
     * @param devices67 the register at 0x67: more of them
     * @param smbusBase the first port of the SMBus host
     */
    private record Strapping(int devices5f, int devices67, int smbusBase) {}

    private Piix4Power(Timeline timeline, PortSpace ports, InterruptLine sci, Runnable powerOff, Strapping strapping) {
        super(0x8086, 0x7113, 3, 0x0680);
        pmRegisters = new AcpiPmRegisters(timeline, sci, powerOff);
        set(STATUS, 2, 0x0280);
        set(INTERRUPT_PIN, 1, 1);
        set(PM_BASE, 1, 1);
        set(0x5b, 1, 0x02);
        set(0x5f, 1, strapping.devices5f());
        set(0x63, 1, 0x60);
        set(0x67, 1, strapping.devices67());
        set(SMBUS_BASE, 2, strapping.smbusBase() | 1);
        set(SMBUS_ENABLE, 1, 0x09);
        pmWindow = ports.region(PM_PORTS, 4, pmRegisters);
        smbusWindow = ports.region(SMBUS_PORTS, 1, smbus);
        configured();
    }

    /**
     * The function as a Malta has it; its interrupt is not connected.
     *
     * @param powerOff called when the guest switches the machine off
     */
    public Piix4Power(Timeline timeline, PortSpace ports, Runnable powerOff) {
        this(timeline, ports, InterruptLine.NONE, powerOff, new Strapping(0x90, 0x98, 0x1100));
    }

    /**
     * The function as QEMU's {@code pc} has it, with one serial port.
     *
     * @param sci the system control interrupt
     * @param powerOff called when the guest switches the machine off
     */
    public static Piix4Power ofPc(Timeline timeline, PortSpace ports, InterruptLine sci, Runnable powerOff) {
        return new Piix4Power(timeline, ports, sci, powerOff, new Strapping(0x10, 0x08, 0xb100));
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
        pmRegisters.save(out);
        smbus.save(out);
    }

    @Override
    public void restore(StateInput in) {
        super.restore(in);
        pmRegisters.restore(in);
        smbus.restore(in);
    }
}
