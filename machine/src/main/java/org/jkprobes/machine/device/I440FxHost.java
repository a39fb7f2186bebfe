package org.jkprobes.machine.device;

/**
 * The 82441FX host bridge of an i440FX, device 0. Its memory attribute registers are only storage: the legacy ROM area is always RAM, as
 * after a firmware has shadowed itself. Source: Intel 440FX PCIset data sheet (82441FX).
 */
public final class I440FxHost extends PciFunction {
    private static final int SMRAM = 0x72;
    /** Where firmware finds the size of RAM, in units of 8 MiB. */
    private static final int RAM_SIZE = 0x57;

    /**
     * @param ramBytes the size of RAM
     */
    public I440FxHost(long ramBytes) {
        super(0x8086, 0x1237, 2, 0x0600);
        set(RAM_SIZE, 1, (int) Math.min(255, ramBytes >> 23));
        set(SMRAM, 1, 0x02);
    }
}
