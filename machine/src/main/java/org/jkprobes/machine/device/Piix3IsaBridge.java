package org.jkprobes.machine.device;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;

/**
 * PIIX3 function 0, the bridge from PCI to ISA, with the reset control register. No PCI device of the board interrupts, so its routing
 * registers are only storage. Source: Intel 82371SB (PIIX3) data sheet.
 */
public final class Piix3IsaBridge extends PciFunction {
    /** Registers that are not zero after reset: offset, value. */
    private static final int[][] RESET = {
        {0x4c, 0x4d},
        {0x4e, 0x03},
        {0x60, 0x80},
        {0x61, 0x80},
        {0x62, 0x80},
        {0x63, 0x80},
        {0x69, 0x02},
        {0x70, 0x80},
        {0x76, 0x0c},
        {0x77, 0x0c},
        {0x78, 0x02},
        {0xa0, 0x08},
        {0xa8, 0x0f},
    };

    private final ResetControl resetControl;

    /**
     * @param reset called when the guest resets the machine
     */
    public Piix3IsaBridge(Runnable reset) {
        super(0x8086, 0x7000, 0, 0x0601);
        resetControl = new ResetControl(reset);
        set(STATUS, 2, 0x0200);
        set(HEADER_TYPE, 1, 0x80);
        for (int[] row : RESET) {
            set(row[0], 1, row[1]);
        }
    }

    /** Port 0xcf9. */
    public Device resetControl() {
        return resetControl;
    }

    @Override
    public void save(StateOutput out) {
        super.save(out);
        resetControl.save(out);
    }

    @Override
    public void restore(StateInput in) {
        super.restore(in);
        resetControl.restore(in);
    }
}
