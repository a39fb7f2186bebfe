package org.jkprobes.machine.device;

import org.jkprobes.machine.SnapshotException;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Stateful;

/**
 * One function on a PCI bus: 256 bytes of configuration space with a mask of what the guest can write. Source: PCI Local Bus
 * Specification 2.1, chapter 6.
 */
public class PciFunction implements Stateful {
    protected static final int COMMAND = 0x04;
    protected static final int STATUS = 0x06;
    protected static final int PROGRAMMING_INTERFACE = 0x09;
    protected static final int HEADER_TYPE = 0x0e;
    protected static final int BASE_ADDRESS_0 = 0x10;
    protected static final int INTERRUPT_PIN = 0x3d;

    private static final int COMMAND_IO = 0x01;
    private static final int CACHE_LINE_SIZE = 0x0c;
    private static final int SUBSYSTEM_VENDOR = 0x2c;
    private static final int INTERRUPT_LINE = 0x3c;
    private static final int HEADER_SIZE = 0x40;
    private static final int SIZE = 256;
    private static final int COMMAND_WRITABLE = 0x0507;
    private static final int STATUS_CLEARABLE = 0xf900;

    private final byte[] config = new byte[SIZE];
    private final byte[] writable = new byte[SIZE];
    private final byte[] clearable = new byte[SIZE];

    /**
     * @param classCode base class and subclass, 16 bits
     */
    public PciFunction(int vendor, int device, int revision, int classCode) {
        set(0x00, 2, vendor);
        set(0x02, 2, device);
        set(0x08, 1, revision);
        set(0x0a, 2, classCode);
        set(SUBSYSTEM_VENDOR, 2, 0x1af4);
        set(SUBSYSTEM_VENDOR + 2, 2, 0x1100);
        put(writable, COMMAND, 2, COMMAND_WRITABLE);
        put(writable, CACHE_LINE_SIZE, 1, 0xff);
        put(writable, INTERRUPT_LINE, 1, 0xff);
        for (int offset = HEADER_SIZE; offset < SIZE; offset++) {
            writable[offset] = (byte) 0xff;
        }
        put(clearable, STATUS, 2, STATUS_CLEARABLE);
    }

    private static void put(byte[] bytes, int offset, int size, int value) {
        for (int i = 0; i < size; i++) {
            bytes[offset + i] = (byte) (value >> (8 * i));
        }
    }

    /** Sets a register as the hardware does, masks apart. */
    protected final void set(int offset, int size, int value) {
        put(config, offset, size, value);
    }

    /** A register as the guest reads it. */
    public final int load(int offset, int size) {
        int value = 0;
        for (int i = 0; i < size; i++) {
            value |= (config[offset + i] & 0xff) << (8 * i);
        }
        return value;
    }

    /** A guest's write. */
    public final void store(int offset, int size, int value) {
        for (int i = 0; i < size; i++) {
            int at = offset + i;
            int written = value >> (8 * i);
            int mask = writable[at];
            config[at] = (byte) (((config[at] & ~mask) | (written & mask)) & ~(written & clearable[at]));
        }
        configured();
    }

    /** Called after the guest wrote to the configuration space, and after a restore: windows move here. */
    protected void configured() {}

    /** Declares base address register {@code number} as a window of {@code length} ports, a power of two. */
    protected final void declarePorts(int number, int length) {
        set(BASE_ADDRESS_0 + 4 * number, 4, 1);
        put(writable, BASE_ADDRESS_0 + 4 * number, 4, -length);
    }

    /** Puts the window where base address register {@code number} says, if the guest has given it a place. */
    protected final void mapPorts(int number, int length, PortSpace.Region window) {
        int base = load(BASE_ADDRESS_0 + 4 * number, 4) & -length;
        boolean placed = base > 0 && base + length <= PortSpace.SIZE;
        if (placed && (load(COMMAND, 2) & COMMAND_IO) != 0) {
            window.map(base);
        } else {
            window.unmap();
        }
    }

    @Override
    public void save(StateOutput out) {
        out.putBytes(config);
    }

    @Override
    public void restore(StateInput in) {
        byte[] saved = in.getBytes();
        if (saved.length != SIZE) {
            throw new SnapshotException("the snapshot is damaged: PCI configuration of " + saved.length + " bytes");
        }
        System.arraycopy(saved, 0, config, 0, SIZE);
        configured();
    }
}
