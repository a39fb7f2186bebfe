package org.jkprobes.machine.device;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;

/** The PIIX4's SMBus host with nothing on the bus: every transaction ends at once with a device error. */
final class SmbusHost implements Device {
    private static final int STATUS = 0;
    private static final int CONTROL = 2;
    private static final int REGISTERS = 16;
    private static final int START = 0x40;
    private static final int DEVICE_ERROR = 0x04;

    private final byte[] registers = new byte[REGISTERS];

    @Override
    public long load(int offset, int size) {
        return offset < REGISTERS ? registers[offset] & 0xff : 0;
    }

    @Override
    public void store(int offset, int size, long value) {
        int word = (int) value & 0xff;
        if (offset == STATUS) {
            registers[STATUS] &= (byte) ~word;
        } else if (offset == CONTROL) {
            registers[CONTROL] = (byte) (word & ~START);
            if ((word & START) != 0) {
                registers[STATUS] = DEVICE_ERROR;
            }
        } else if (offset < REGISTERS) {
            registers[offset] = (byte) word;
        }
    }

    @Override
    public void save(StateOutput out) {
        out.putBytes(registers);
    }

    @Override
    public void restore(StateInput in) {
        System.arraycopy(in.getBytes(), 0, registers, 0, REGISTERS);
    }
}
