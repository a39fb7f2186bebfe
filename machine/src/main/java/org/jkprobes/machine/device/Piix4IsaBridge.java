package org.jkprobes.machine.device;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;

/**
 * PIIX4 function 0, the bridge from PCI to ISA: routes the four PCI interrupts to the 8259As and holds the reset control register,
 * port 0xcf9. Source: Intel 82371AB (PIIX4) data sheet, chapter 4.
 */
public final class Piix4IsaBridge extends PciFunction {
    private static final int PIRQ_ROUTE = 0x60;
    private static final int PIRQS = 4;

    /** Registers that are not zero after reset: offset, value. */
    private static final int[][] RESET = {
        {0x4c, 0x4d},
        {0x4e, 0x03},
        {0x60, 10},
        {0x61, 10},
        {0x62, 11},
        {0x63, 11},
        {0x69, 0x02},
        {0x70, 0x80},
        {0x76, 0x0c},
        {0x77, 0x0c},
        {0x78, 0x02},
        {0xa0, 0x08},
        {0xa8, 0x0f},
    };

    private final I8259Pair interrupts;
    private final ResetControl resetControl;
    private final boolean[] level = new boolean[PIRQS];

    /**
     * @param reset called when the guest resets the machine
     */
    public Piix4IsaBridge(I8259Pair interrupts, Runnable reset) {
        super(0x8086, 0x7110, 0, 0x0601);
        this.interrupts = interrupts;
        resetControl = new ResetControl(reset);
        set(STATUS, 2, 0x0200);
        set(HEADER_TYPE, 1, 0x80);
        for (int[] row : RESET) {
            set(row[0], 1, row[1]);
        }
    }

    /** The wire of PCI interrupt {@code pirq}: 0 is PIRQA, 3 is PIRQD. */
    public InterruptLine pirq(int pirq) {
        return asserted -> {
            level[pirq] = asserted;
            route(pirq);
        };
    }

    /** An ISA interrupt is the OR of all PCI interrupts that are routed to it; routes of 16 and more lead nowhere. */
    private void route(int pirq) {
        int irq = load(PIRQ_ROUTE + pirq, 1);
        if (irq >= 16) {
            return;
        }
        boolean any = false;
        for (int other = 0; other < PIRQS; other++) {
            any |= level[other] && load(PIRQ_ROUTE + other, 1) == irq;
        }
        interrupts.input(irq).set(any);
    }

    /** Port 0xcf9. */
    public Device resetControl() {
        return resetControl;
    }

    @Override
    public void save(StateOutput out) {
        super.save(out);
        for (boolean asserted : level) {
            out.putBoolean(asserted);
        }
        resetControl.save(out);
    }

    @Override
    public void restore(StateInput in) {
        super.restore(in);
        for (int pirq = 0; pirq < PIRQS; pirq++) {
            level[pirq] = in.getBoolean();
        }
        resetControl.restore(in);
    }
}
