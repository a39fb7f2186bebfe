package org.jkprobes.machine.device;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;

/**
 * PIIX4 function 2, the UHCI USB controller, with nothing plugged in: its registers, two empty ports, and no schedule, since there is
 * nobody to talk to. The frame number stands still. Source: Intel 82371AB (PIIX4) data sheet, chapter 6; UHCI Design Guide 1.1.
 */
public final class Piix4Usb extends PciFunction {
    private static final int BAR = 4;
    private static final int PORTS = 32;

    private static final int RUN = 0x01;
    private static final int RESETS = 0x06;
    private static final int HALTED = 0x20;
    private static final int PORT_EMPTY = 0x0080;
    private static final int NO_SUCH_PORT = 0xff7f;
    /** Resume, suspend and reset: what can be written to a port with nothing on it. */
    private static final int PORT_WRITABLE = 0x1240;

    private final PortSpace.Region window;
    private final Device controller = new Registers();
    private int command;
    private int status;
    private int interruptEnable;
    private int frameNumber;
    private int frameList;
    private int frameTiming;
    private final int[] port = new int[2];

    public Piix4Usb(PortSpace ports) {
        super(0x8086, 0x7112, 1, 0x0c03);
        set(INTERRUPT_PIN, 1, 4);
        set(0x60, 1, 0x10);
        set(0x6a, 1, 0x01);
        declarePorts(BAR, PORTS);
        window = ports.region(PORTS, 2, controller);
        reset();
    }

    private void reset() {
        set(0x6a, 2, 0x0001);
        command = 0;
        status = HALTED;
        interruptEnable = 0;
        frameList = 0;
        frameTiming = 64;
        port[0] = PORT_EMPTY;
        port[1] = PORT_EMPTY;
    }

    @Override
    protected void configured() {
        mapPorts(BAR, PORTS, window);
    }

    @Override
    public void save(StateOutput out) {
        super.save(out);
        out.putInt(command);
        out.putInt(status);
        out.putInt(interruptEnable);
        out.putInt(frameNumber);
        out.putInt(frameList);
        out.putInt(frameTiming);
        out.putInt(port[0]);
        out.putInt(port[1]);
    }

    @Override
    public void restore(StateInput in) {
        super.restore(in);
        command = in.getInt();
        status = in.getInt();
        interruptEnable = in.getInt();
        frameNumber = in.getInt();
        frameList = in.getInt();
        frameTiming = in.getInt();
        port[0] = in.getInt();
        port[1] = in.getInt();
    }

    private final class Registers implements Device {
        @Override
        public long load(int offset, int size) {
            int value = switch (offset & ~1) {
                case 0x00 -> command;
                case 0x02 -> status;
                case 0x04 -> interruptEnable;
                case 0x06 -> frameNumber;
                case 0x08 -> frameList & 0xffff;
                case 0x0a -> frameList >>> 16;
                case 0x0c -> frameTiming;
                case 0x10 -> port[0];
                case 0x12 -> port[1];
                default -> NO_SUCH_PORT;
            };
            return ByteLanes.extract(value, offset & 1, size);
        }

        @Override
        public void store(int offset, int size, long value) {
            int word = (int) value & 0xffff;
            switch (offset) {
                case 0x00 -> writeCommand(word);
                case 0x02 -> status &= ~word;
                case 0x04 -> interruptEnable = word;
                case 0x06 -> {
                    if ((status & HALTED) != 0) {
                        frameNumber = word & 0x7ff;
                    }
                }
                case 0x08 -> frameList = (frameList & 0xffff_0000) | (word & 0xf000);
                case 0x0a -> frameList = (frameList & 0xffff) | (word << 16);
                case 0x0c -> frameTiming = word & 0xff;
                case 0x10 -> port[0] = PORT_EMPTY | (word & PORT_WRITABLE);
                case 0x12 -> port[1] = PORT_EMPTY | (word & PORT_WRITABLE);
                default -> {
                    // Nothing there.
                }
            }
        }

        private void writeCommand(int word) {
            status = (word & RUN) != 0 ? status & ~HALTED : status | HALTED;
            if ((word & RESETS) != 0) {
                reset();
            } else {
                command = word;
            }
        }

        /** Saved with the function. */
        @Override
        public void save(StateOutput out) {}

        @Override
        public void restore(StateInput in) {}
    }
}
