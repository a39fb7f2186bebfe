package org.jkprobes.machine.device;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Stateful;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.Timer;

/** One counter of an {@link I8254}. Nothing ticks: count and output are functions of the time since the count was loaded. */
final class I8254Counter implements Stateful {
    /** Which byte a read or write means: the read/write field of the control word (1 is low), and the second half of "low, then high". */
    private static final int HIGH = 2;

    private static final int LOW_THEN_HIGH = 3;
    private static final int HIGH_NEXT = 4;

    private static final long NEVER = Long.MAX_VALUE;

    private final Timeline timeline;
    private final InterruptLine output;
    private final boolean drivesLine;
    private final Timer timer;

    private boolean gate;
    private int mode = 3;
    private boolean bcd;
    private long count = 0x10000;
    private long loadedAt;
    private long nextEdge = NEVER;

    private int access;
    private int readState;
    private int writeState;
    private int lowWritten;
    private int latchedCount;
    private int latchedBytes;
    private int latchedStatus;
    private boolean statusLatched;

    I8254Counter(Timeline timeline, InterruptLine output, boolean drivesLine) {
        this.timeline = timeline;
        this.output = output;
        this.drivesLine = drivesLine;
        gate = drivesLine;
        timer = timeline.timer(() -> drive(nextEdge));
        loadedAt = timeline.now();
        if (drivesLine) {
            arm(loadedAt);
        }
    }

    void control(int word) {
        int field = (word >> 4) & 3;
        if (field == 0) {
            latchCount();
            return;
        }
        access = field;
        readState = field;
        writeState = field;
        int chosen = (word >> 1) & 7;
        mode = chosen > 5 ? chosen & 3 : chosen;
        bcd = (word & 1) != 0;
    }

    void write(int value) {
        switch (writeState) {
            case HIGH -> start(value << 8);
            case LOW_THEN_HIGH -> {
                lowWritten = value;
                writeState = HIGH_NEXT;
            }
            case HIGH_NEXT -> {
                writeState = LOW_THEN_HIGH;
                start(lowWritten | (value << 8));
            }
            default -> start(value);
        }
    }

    int read() {
        if (statusLatched) {
            statusLatched = false;
            return latchedStatus;
        }
        if (latchedBytes != 0) {
            boolean high = latchedBytes == HIGH;
            latchedBytes = latchedBytes == LOW_THEN_HIGH ? HIGH : 0;
            return high ? latchedCount >> 8 : latchedCount & 0xff;
        }
        int now = current();
        switch (readState) {
            case HIGH:
                return now >> 8;
            case LOW_THEN_HIGH:
                readState = HIGH_NEXT;
                return now & 0xff;
            case HIGH_NEXT:
                readState = LOW_THEN_HIGH;
                return now >> 8;
            default:
                return now & 0xff;
        }
    }

    /** A latched count stays until it is read. */
    void latchCount() {
        if (latchedBytes == 0) {
            latchedCount = current();
            latchedBytes = access;
        }
    }

    void latchStatus() {
        if (!statusLatched) {
            int level = outputAt(ticksAt(timeline.now())) ? 0x80 : 0;
            latchedStatus = level | (access << 4) | (mode << 1) | (bcd ? 1 : 0);
            statusLatched = true;
        }
    }

    /** Opens or closes the gate. In modes 0 and 4 a closed one does not stop the count, as in QEMU; in the others, opening starts it again. */
    void gate(boolean open) {
        boolean rises = open && !gate;
        gate = open;
        if (rises && (mode == 1 || mode == 5 || mode == 2 || mode == 3)) {
            loadedAt = timeline.now();
            if (drivesLine) {
                drive(loadedAt);
            }
        }
    }

    boolean gateOpen() {
        return gate;
    }

    boolean output() {
        return outputAt(ticksAt(timeline.now()));
    }

    private void start(int value) {
        count = value == 0 ? 0x10000 : value;
        loadedAt = timeline.now();
        if (drivesLine) {
            drive(loadedAt);
        }
    }

    private long ticksAt(long ns) {
        return I8254.CLOCK.ticks(ns - loadedAt);
    }

    private int current() {
        long ticks = ticksAt(timeline.now());
        long value = switch (mode) {
            case 2 -> count - ticks % count;
            case 3 -> count - 2 * ticks % count;
            default -> count - ticks;
        };
        return (int) value & 0xffff;
    }

    private boolean outputAt(long ticks) {
        return switch (mode) {
            case 1 -> ticks < count;
            case 2 -> ticks != 0 && ticks % count == 0;
            case 3 -> ticks % count < (count + 1) / 2;
            case 4, 5 -> ticks == count;
            default -> ticks >= count;
        };
    }

    /** Puts the output as of {@code ns} on the line and sets the alarm for its next change. */
    private void drive(long ns) {
        output.set(outputAt(ticksAt(ns)));
        arm(ns);
    }

    private void arm(long ns) {
        long ticks = ticksAt(ns);
        long next = nextChange(ticks);
        if (next == NEVER) {
            nextEdge = NEVER;
            timer.cancel();
        } else {
            // Rounding down can give the instant we are at; the edge is then one ns on.
            nextEdge = Math.max(loadedAt + I8254.CLOCK.ns(next), ns + 1);
            timer.at(nextEdge);
        }
    }

    private long nextChange(long ticks) {
        long period = ticks - ticks % count;
        return switch (mode) {
            case 2 -> period == ticks && ticks != 0 ? ticks + count : period + count + 1;
            case 3 -> ticks - period < (count + 1) / 2 ? period + (count + 1) / 2 : period + count;
            case 4, 5 -> ticks < count ? count : (ticks == count ? count + 1 : NEVER);
            default -> ticks < count ? count : NEVER;
        };
    }

    @Override
    public void save(StateOutput out) {
        out.putBoolean(gate);
        out.putInt(mode);
        out.putBoolean(bcd);
        out.putLong(count);
        out.putLong(loadedAt);
        out.putLong(nextEdge);
        out.putInt(access);
        out.putInt(readState);
        out.putInt(writeState);
        out.putInt(lowWritten);
        out.putInt(latchedCount);
        out.putInt(latchedBytes);
        out.putInt(latchedStatus);
        out.putBoolean(statusLatched);
    }

    @Override
    public void restore(StateInput in) {
        gate = in.getBoolean();
        mode = in.getInt();
        bcd = in.getBoolean();
        count = in.getLong();
        loadedAt = in.getLong();
        nextEdge = in.getLong();
        access = in.getInt();
        readState = in.getInt();
        writeState = in.getInt();
        lowWritten = in.getInt();
        latchedCount = in.getInt();
        latchedBytes = in.getInt();
        latchedStatus = in.getInt();
        statusLatched = in.getBoolean();
    }
}
