package org.jkprobes.machine.device;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;

/**
 * Port 0x61 of a PC: the gate and the output of the timer's counter 2, and a refresh bit that changes with every read. Source: IBM PC/AT
 * Technical Reference, system control port B.
 */
public final class SystemPortB implements Device {
    private static final int GATE = 0x01;
    private static final int SPEAKER = 0x02;
    private static final int REFRESH = 0x10;
    private static final int OUTPUT = 0x20;

    private final I8254 timer;
    private boolean speaker;
    private boolean refresh;

    public SystemPortB(I8254 timer) {
        this.timer = timer;
    }

    @Override
    public long load(int offset, int size) {
        refresh = !refresh;
        return (timer.speakerGateOpen() ? GATE : 0)
                | (speaker ? SPEAKER : 0)
                | (refresh ? REFRESH : 0)
                | (timer.speakerOutput() ? OUTPUT : 0);
    }

    @Override
    public void store(int offset, int size, long value) {
        speaker = (value & SPEAKER) != 0;
        timer.speakerGate((value & GATE) != 0);
    }

    @Override
    public void save(StateOutput out) {
        out.putBoolean(speaker);
        out.putBoolean(refresh);
    }

    @Override
    public void restore(StateInput in) {
        speaker = in.getBoolean();
        refresh = in.getBoolean();
    }
}
