package org.jkprobes.machine.device;

/**
 * PIIX4 function 1, the IDE controller, with no drives on it: both channels read as zero, which says so. The bus master registers
 * are there and idle. Source: Intel 82371AB (PIIX4) data sheet, chapter 5.
 */
public final class Piix4Ide extends PciFunction {
    private static final int BUS_MASTER_BAR = 4;
    private static final int BUS_MASTER_PORTS = 16;

    private final PortSpace.Region busMaster;

    public Piix4Ide(PortSpace ports) {
        this(ports, 0x7111);
    }

    /** The same function of a PIIX3, which has another PCI device id. */
    public static Piix4Ide ofPiix3(PortSpace ports) {
        return new Piix4Ide(ports, 0x7010);
    }

    private Piix4Ide(PortSpace ports, int deviceId) {
        super(0x8086, deviceId, 0, 0x0101);
        set(STATUS, 2, 0x0280);
        set(PROGRAMMING_INTERFACE, 1, 0x80);
        declarePorts(BUS_MASTER_BAR, BUS_MASTER_PORTS);
        busMaster = ports.region(BUS_MASTER_PORTS, 4, ReadsZero.DEVICE);
        ports.attach(0x1f0, 8, ReadsZero.DEVICE);
        ports.attach(0x170, 8, ReadsZero.DEVICE);
        ports.attach(0x3f6, 1, ReadsZero.DEVICE);
        ports.attach(0x376, 1, ReadsZero.DEVICE);
    }

    @Override
    protected void configured() {
        mapPorts(BUS_MASTER_BAR, BUS_MASTER_PORTS, busMaster);
    }
}
