package org.jkprobes.machine.device;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.Timer;

/**
 * A 16550A serial port: eight registers, 16-byte FIFOs. Transmission takes no virtual time: a byte is at the sink, and the
 * transmitter empty again, within the store. Reception is paced by the caller; the receive timeout is four character times. The
 * modem inputs CTS, DSR and DCD are wired active. Source: TI PC16550D data sheet.
 */
public final class Uart16550 implements Device {
    private static final int FIFO_BYTES = 16;

    private static final int IER_RECEIVED = 0x01;
    private static final int IER_TRANSMITTER_EMPTY = 0x02;
    private static final int IER_LINE_STATUS = 0x04;

    private static final int IIR_NONE = 0x01;
    private static final int IIR_TRANSMITTER_EMPTY = 0x02;
    private static final int IIR_RECEIVED = 0x04;
    private static final int IIR_LINE_STATUS = 0x06;
    private static final int IIR_TIMEOUT = 0x0c;
    private static final int IIR_FIFO_ENABLED = 0xc0;

    private static final int FCR_ENABLE = 0x01;
    private static final int FCR_CLEAR_RECEIVER = 0x02;
    private static final int FCR_CLEAR_TRANSMITTER = 0x04;
    private static final int FCR_KEPT = 0xc9;

    private static final int LCR_DIVISOR = 0x80;
    private static final int MCR_OUT2 = 0x08;
    private static final int MCR_LOOP = 0x10;
    private static final int LSR_DATA = 0x01;
    private static final int LSR_OVERRUN = 0x02;
    private static final int LSR_ERRORS = 0x1e;
    private static final int LSR_BREAK = 0x10;
    private static final int LSR_TRANSMITTER_EMPTY = 0x60;
    private static final int MSR_DCD_DSR_CTS = 0xb0;

    private final Timeline timeline;
    private final long baudBase;
    private final InterruptLine interrupt;
    private final ConsoleSink sink;
    private final Timer receiveTimeout;
    private final ByteFifo received = new ByteFifo(FIFO_BYTES);

    private int divisor = 12;
    private int receiverBuffer;
    private int interruptEnable;
    private int interruptId = IIR_NONE;
    private int fifoControl;
    private int lineControl;
    private int modemControl = MCR_OUT2;
    private int lineStatus = LSR_TRANSMITTER_EMPTY;
    private int scratch;
    private boolean transmitterPending;
    private boolean timeoutPending;

    /**
     * A port as after power-on.
     *
     * @param baudBase bits a second at a divisor of 1
     */
    public Uart16550(Timeline timeline, long baudBase, InterruptLine interrupt, ConsoleSink sink) {
        this.timeline = timeline;
        this.baudBase = baudBase;
        this.interrupt = interrupt;
        this.sink = sink;
        receiveTimeout = timeline.timer(this::timedOut);
    }

    /** Whether the line can take a byte now: there is room, and the guest has not looped the port back on itself. */
    public boolean canReceive() {
        if ((modemControl & MCR_LOOP) != 0) {
            return false;
        }
        return fifoEnabled() ? !received.isFull() : (lineStatus & LSR_DATA) == 0;
    }

    /** A byte, 0 to 255, arrives on the line. Without room it is lost and the guest sees an overrun. */
    public void receive(int value) {
        boolean full = fifoEnabled() ? received.isFull() : (lineStatus & LSR_DATA) != 0;
        if (full) {
            lineStatus |= LSR_OVERRUN;
        }
        if (!fifoEnabled()) {
            receiverBuffer = value & 0xff;
        } else if (!full) {
            received.add(value);
        }
        lineStatus |= LSR_DATA;
        if (fifoEnabled()) {
            startTimeout();
        }
        update();
    }

    private boolean fifoEnabled() {
        return (fifoControl & FCR_ENABLE) != 0;
    }

    private int triggerLevel() {
        return switch (fifoControl >> 6) {
            case 1 -> 4;
            case 2 -> 8;
            case 3 -> 14;
            default -> 1;
        };
    }

    private void startTimeout() {
        receiveTimeout.at(timeline.now() + 4 * characterNs());
    }

    private void timedOut() {
        if (received.count() > 0) {
            timeoutPending = true;
            update();
        }
    }

    /** Start bit, data bits, parity bit, stop bits, at the chosen speed; a divisor of 0 gives about 3500 baud. */
    private long characterNs() {
        int parity = (lineControl >> 3) & 1;
        int stop = 1 + ((lineControl >> 2) & 1);
        int bits = 1 + 5 + (lineControl & 3) + parity + stop;
        return divisor == 0
                ? bits * Frequency.NS_PER_SECOND / 3500
                : bits * Frequency.NS_PER_SECOND * divisor / baudBase;
    }

    private void update() {
        int id = IIR_NONE;
        if ((interruptEnable & IER_LINE_STATUS) != 0 && (lineStatus & LSR_ERRORS) != 0) {
            id = IIR_LINE_STATUS;
        } else if ((interruptEnable & IER_RECEIVED) != 0 && timeoutPending) {
            id = IIR_TIMEOUT;
        } else if ((interruptEnable & IER_RECEIVED) != 0
                && (lineStatus & LSR_DATA) != 0
                && (!fifoEnabled() || received.count() >= triggerLevel())) {
            id = IIR_RECEIVED;
        } else if ((interruptEnable & IER_TRANSMITTER_EMPTY) != 0 && transmitterPending) {
            id = IIR_TRANSMITTER_EMPTY;
        }
        interruptId = id | (fifoEnabled() ? IIR_FIFO_ENABLED : 0);
        interrupt.set(id != IIR_NONE);
    }

    @Override
    public long load(int offset, int size) {
        boolean divisorAccess = (lineControl & LCR_DIVISOR) != 0;
        return switch (offset & 7) {
            case 0 -> divisorAccess ? divisor & 0xff : readReceiver();
            case 1 -> divisorAccess ? divisor >> 8 : interruptEnable;
            case 2 -> readInterruptId();
            case 3 -> lineControl;
            case 4 -> modemControl;
            case 5 -> readLineStatus();
            case 6 -> readModemStatus();
            default -> scratch;
        };
    }

    private int readReceiver() {
        int value;
        if (fifoEnabled()) {
            value = received.take();
            if (received.count() == 0) {
                lineStatus &= ~(LSR_DATA | LSR_BREAK);
            } else {
                startTimeout();
            }
            timeoutPending = false;
        } else {
            value = receiverBuffer;
            lineStatus &= ~(LSR_DATA | LSR_BREAK);
        }
        update();
        return value;
    }

    private int readInterruptId() {
        int value = interruptId;
        if ((value & 0x0f) == IIR_TRANSMITTER_EMPTY) {
            transmitterPending = false;
            update();
        }
        return value;
    }

    private int readLineStatus() {
        int value = lineStatus;
        if ((value & (LSR_OVERRUN | LSR_BREAK)) != 0) {
            lineStatus &= ~(LSR_OVERRUN | LSR_BREAK);
            update();
        }
        return value;
    }

    /** In loopback the modem outputs OUT2, OUT1, RTS and DTR are the inputs DCD, RI, CTS and DSR. */
    private int readModemStatus() {
        if ((modemControl & MCR_LOOP) == 0) {
            return MSR_DCD_DSR_CTS;
        }
        return ((modemControl & 0x0c) << 4) | ((modemControl & 0x02) << 3) | ((modemControl & 0x01) << 5);
    }

    @Override
    public void store(int offset, int size, long value) {
        int word = (int) value & 0xff;
        boolean divisorAccess = (lineControl & LCR_DIVISOR) != 0;
        switch (offset & 7) {
            case 0 -> {
                if (divisorAccess) {
                    divisor = (divisor & 0xff00) | word;
                } else {
                    transmit(word);
                }
            }
            case 1 -> {
                if (divisorAccess) {
                    divisor = (divisor & 0xff) | (word << 8);
                } else {
                    writeInterruptEnable(word & 0x0f);
                }
            }
            case 2 -> writeFifoControl(word);
            case 3 -> lineControl = word;
            case 4 -> modemControl = word & 0x1f;
            case 7 -> scratch = word;
            default -> {
                // Line and modem status are read-only.
            }
        }
    }

    /** The interrupt request falls while the byte is under way: an edge-triggered controller needs to see that. */
    private void transmit(int value) {
        transmitterPending = false;
        lineStatus &= ~LSR_TRANSMITTER_EMPTY;
        update();
        lineStatus |= LSR_TRANSMITTER_EMPTY;
        transmitterPending = true;
        update();
        if ((modemControl & MCR_LOOP) != 0) {
            receive(value);
        } else {
            sink.transmitted((byte) value);
        }
    }

    /** Enabling the transmitter interrupt raises it at once if the transmitter is empty, even if it was acknowledged before. */
    private void writeInterruptEnable(int value) {
        int changed = interruptEnable ^ value;
        interruptEnable = value;
        if ((changed & IER_TRANSMITTER_EMPTY) != 0) {
            transmitterPending = (value & IER_TRANSMITTER_EMPTY) != 0;
        }
        if (changed != 0) {
            update();
        }
    }

    private void writeFifoControl(int value) {
        boolean toggled = ((value ^ fifoControl) & FCR_ENABLE) != 0;
        if (toggled || (value & FCR_CLEAR_RECEIVER) != 0) {
            lineStatus &= ~(LSR_DATA | LSR_BREAK);
            receiveTimeout.cancel();
            timeoutPending = false;
            received.clear();
        }
        if (toggled || (value & FCR_CLEAR_TRANSMITTER) != 0) {
            transmitterPending = true;
        }
        fifoControl = value & FCR_KEPT;
        update();
    }

    @Override
    public void save(StateOutput out) {
        out.putInt(divisor);
        out.putInt(receiverBuffer);
        out.putInt(interruptEnable);
        out.putInt(interruptId);
        out.putInt(fifoControl);
        out.putInt(lineControl);
        out.putInt(modemControl);
        out.putInt(lineStatus);
        out.putInt(scratch);
        out.putBoolean(transmitterPending);
        out.putBoolean(timeoutPending);
        received.save(out);
    }

    @Override
    public void restore(StateInput in) {
        divisor = in.getInt();
        receiverBuffer = in.getInt();
        interruptEnable = in.getInt();
        interruptId = in.getInt();
        fifoControl = in.getInt();
        lineControl = in.getInt();
        modemControl = in.getInt();
        lineStatus = in.getInt();
        scratch = in.getInt();
        transmitterPending = in.getBoolean();
        timeoutPending = in.getBoolean();
        received.restore(in);
    }
}
