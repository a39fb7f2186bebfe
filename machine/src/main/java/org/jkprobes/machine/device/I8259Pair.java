package org.jkprobes.machine.device;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Stateful;

/** The two cascaded 8259As of an ISA bridge: fifteen interrupt requests, one output to the CPU. */
public final class I8259Pair implements Stateful {
    private static final int CASCADE_INPUT = 2;
    private static final int SPURIOUS_INPUT = 7;

    private final I8259 master;
    private final I8259 slave;
    private final Device edgeLevelControl = new EdgeLevelControl();

    public I8259Pair(InterruptLine output) {
        master = new I8259(true, 0xf8, output);
        slave = new I8259(false, 0xde, level -> master().input(CASCADE_INPUT, level));
    }

    /** The chip at ports 0x20 and 0x21. */
    public I8259 master() {
        return master;
    }

    /** The chip at ports 0xa0 and 0xa1. */
    public I8259 slave() {
        return slave;
    }

    /** ELCR1 and ELCR2, ports 0x4d0 and 0x4d1. */
    public Device edgeLevelControl() {
        return edgeLevelControl;
    }

    /** The wire of interrupt request {@code irq}, 0 to 15. */
    public InterruptLine input(int irq) {
        I8259 chip = irq < 8 ? master : slave;
        int number = irq & 7;
        return level -> chip.input(number, level);
    }

    /**
     * The acknowledge cycle: gives the vector of the request to serve and marks it as in service. If the request has gone, it is the
     * spurious vector, input 7 of the chip that was asked, and nothing is marked.
     */
    public int acknowledge() {
        int number = master.pending();
        if (number < 0) {
            return master.vector(SPURIOUS_INPUT);
        }
        if (number != CASCADE_INPUT) {
            master.acknowledge(number);
            return master.vector(number);
        }
        int inner = slave.pending();
        if (inner >= 0) {
            slave.acknowledge(inner);
        }
        master.acknowledge(CASCADE_INPUT);
        return slave.vector(inner < 0 ? SPURIOUS_INPUT : inner);
    }

    @Override
    public void save(StateOutput out) {
        master.save(out);
        slave.save(out);
    }

    @Override
    public void restore(StateInput in) {
        master.restore(in);
        slave.restore(in);
    }

    private final class EdgeLevelControl implements Device {
        @Override
        public long load(int offset, int size) {
            return (offset == 0 ? master : slave).levelTriggered();
        }

        @Override
        public void store(int offset, int size, long value) {
            (offset == 0 ? master : slave).chooseLevelTriggered((int) value);
        }

        /** Saved with the chips. */
        @Override
        public void save(StateOutput out) {}

        @Override
        public void restore(StateInput in) {}
    }
}
