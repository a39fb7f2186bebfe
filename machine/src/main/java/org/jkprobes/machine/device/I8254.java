package org.jkprobes.machine.device;

import java.util.List;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;

/**
 * The Intel 8254 interval timer: three counters at 1.193182 MHz, four ports. Counter 0 drives an interrupt line; a PC's
 * port 0x61 gates counter 2 and reads its output. Counts are binary: BCD is stored and read back, but not counted in. A rate generator's
 * pulse is up to one tick late, as QEMU's is, so that interrupts come at the same ns in both. Source: Intel 8254 data sheet.
 */
public final class I8254 implements Device {
    /** The input clock, a twelfth of the PC's 14.31818 MHz. */
    public static final Frequency CLOCK = new Frequency(1_193_182);

    private static final int CONTROL = 3;

    private final List<I8254Counter> counters;

    /** A timer as after power-on: all counters in mode 3 with a count of 65536. */
    public I8254(Timeline timeline, InterruptLine output) {
        counters = List.of(
                new I8254Counter(timeline, output, true),
                new I8254Counter(timeline, InterruptLine.NONE, false),
                new I8254Counter(timeline, InterruptLine.NONE, false));
    }

    @Override
    public long load(int offset, int size) {
        int port = offset & 3;
        return port == CONTROL ? 0 : counters.get(port).read();
    }

    @Override
    public void store(int offset, int size, long value) {
        int port = offset & 3;
        int word = (int) value & 0xff;
        if (port != CONTROL) {
            counters.get(port).write(word);
        } else if (word >> 6 == 3) {
            readBack(word);
        } else {
            counters.get(word >> 6).control(word);
        }
    }

    /** Opens or closes the gate of counter 2, the PC's speaker; closed after power-on. */
    public void speakerGate(boolean open) {
        counters.get(2).gate(open);
    }

    public boolean speakerGateOpen() {
        return counters.get(2).gateOpen();
    }

    /** The output of counter 2. */
    public boolean speakerOutput() {
        return counters.get(2).output();
    }

    private void readBack(int word) {
        for (int number = 0; number < 3; number++) {
            if ((word & (2 << number)) != 0) {
                if ((word & 0x20) == 0) {
                    counters.get(number).latchCount();
                }
                if ((word & 0x10) == 0) {
                    counters.get(number).latchStatus();
                }
            }
        }
    }

    @Override
    public void save(StateOutput out) {
        for (I8254Counter counter : counters) {
            counter.save(out);
        }
    }

    @Override
    public void restore(StateInput in) {
        for (I8254Counter counter : counters) {
            counter.restore(in);
        }
    }
}
