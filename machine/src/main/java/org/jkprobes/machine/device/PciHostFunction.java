package org.jkprobes.machine.device;

/** The {@link Gt64120} as its own PCI bus sees it, device 0. Its base addresses are fixed: no other device masters this bus. */
public final class PciHostFunction extends PciFunction {
    private static final int[] BASE_ADDRESSES = {
        0x0000_0008, 0x0100_0008, 0x1c00_0000, 0x1f00_0000, 0x1400_0000, 0x1400_0001
    };

    public PciHostFunction() {
        super(0x11ab, 0x4620, 0x10, 0x0600);
        set(STATUS, 2, 0x0280);
        for (int i = 0; i < BASE_ADDRESSES.length; i++) {
            set(BASE_ADDRESS_0 + 4 * i, 4, BASE_ADDRESSES[i]);
        }
        set(INTERRUPT_PIN, 1, 1);
    }
}
