package org.jkprobes.machine.device;

import org.jkprobes.machine.SnapshotException;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.Timer;

/**
 * The MC146818A real-time clock and its 128 bytes of CMOS memory, the century at 0x32. Ports: index, data. The clock runs on
 * virtual time from a given date; "update in progress" is set for the last 244 us of each second. Writing a time register while
 * the clock runs starts the second again. The periodic interrupt counts from the instant it is enabled, and its flag is set only
 * while it is. Source: Motorola MC146818A data sheet.
 */
public final class Mc146818 implements Device {
    /** The date at power-on unless the user gives another: 2026-01-01T00:00:00Z, as seconds since 1970. */
    public static final long DEFAULT_START = 1_767_225_600L;

    static final int SECONDS = 0;
    static final int SECONDS_ALARM = 1;
    static final int MINUTES = 2;
    static final int MINUTES_ALARM = 3;
    static final int HOURS = 4;
    static final int HOURS_ALARM = 5;
    static final int DAY_OF_WEEK = 6;
    static final int DAY_OF_MONTH = 7;
    static final int MONTH = 8;
    static final int YEAR = 9;
    static final int A = 10;
    static final int B = 11;
    static final int C = 12;
    static final int D = 13;
    static final int CENTURY = 0x32;
    private static final int CENTURY_ALIAS = 0x37;

    private static final int A_UPDATING = 0x80;
    private static final int A_DIVIDER = 0x70;
    private static final int A_DIVIDER_RESET = 0x60;
    private static final int A_RATE = 0x0f;
    private static final int B_SET = 0x80;
    private static final int B_PERIODIC = 0x40;
    private static final int B_UPDATE_ENDED = 0x10;
    private static final int C_REQUEST = 0x80;
    private static final int C_PERIODIC = 0x40;
    private static final int C_ALARM = 0x20;
    private static final int C_UPDATE_ENDED = 0x10;
    private static final int C_FLAGS = 0x70;

    private static final long SECOND = Frequency.NS_PER_SECOND;
    private static final Frequency CRYSTAL = new Frequency(32_768);
    /** Eight ticks of the crystal. */
    private static final long UPDATE_NS = CRYSTAL.ns(8);

    private final Timeline timeline;
    private final InterruptLine interrupt;
    private final Timer updateTimer;
    private final Timer periodicTimer;

    private final byte[] registers = new byte[128];
    private int index;
    /** The clock's time is {@code baseSeconds} and {@code baseNs} plus the virtual time since {@code basedAt}. */
    private long baseSeconds;

    private long baseNs;
    private long basedAt;
    /** When the next periodic interrupt is due, in ticks of the crystal since power-on. */
    private long nextPeriodic;

    /**
     * A clock that was set and keeps time, in BCD and 24-hour form.
     *
     * @param start the date now, in seconds since 1970-01-01T00:00:00Z
     */
    public Mc146818(Timeline timeline, InterruptLine interrupt, long start) {
        this.timeline = timeline;
        this.interrupt = interrupt;
        updateTimer = timeline.timer(this::updateEnded);
        periodicTimer = timeline.timer(this::periodDone);
        baseSeconds = start;
        basedAt = timeline.now();
        registers[A] = 0x26;
        registers[B] = 0x02;
        registers[D] = (byte) 0x80;
        latchTime();
        armUpdate();
    }

    private int register(int number) {
        return registers[number] & 0xff;
    }

    private long sinceBase() {
        return timeline.now() - basedAt + baseNs;
    }

    private boolean running() {
        return (register(B) & B_SET) == 0 && (register(A) & A_DIVIDER) <= 0x20;
    }

    private void latchTime() {
        if ((register(B) & B_SET) == 0) {
            RtcFields.store(registers, baseSeconds + sinceBase() / SECOND);
        }
    }

    /** Lets the clock run on from the time in the registers, {@code ns} into that second. */
    private void startFromRegisters(long ns) {
        baseSeconds = RtcFields.load(registers);
        baseNs = ns;
        basedAt = timeline.now();
    }

    private void armUpdate() {
        if ((register(A) & A_DIVIDER_RESET) == A_DIVIDER_RESET) {
            updateTimer.cancel();
        } else {
            updateTimer.at(timeline.now() + SECOND - sinceBase() % SECOND);
        }
    }

    private void updateEnded() {
        latchTime();
        int flags = C_UPDATE_ENDED;
        if ((register(B) & B_SET) == 0 && RtcFields.alarmMatches(registers)) {
            flags |= C_ALARM;
        }
        raise(flags);
        armUpdate();
    }

    /** An interrupt is requested when an enabled flag rises. */
    private void raise(int flags) {
        int rising = flags & ~register(C);
        registers[C] |= (byte) flags;
        if ((rising & register(B)) != 0) {
            registers[C] |= (byte) C_REQUEST;
            interrupt.set(true);
        }
    }

    /** The periodic interval in ticks of the crystal, or 0 if there is none. */
    private long period() {
        int rate = register(A) & A_RATE;
        if ((register(B) & B_PERIODIC) == 0 || rate == 0) {
            return 0;
        }
        // Rates 1 and 2 are those of 8 and 9.
        return 1L << (rate <= 2 ? rate + 6 : rate - 1);
    }

    private void armPeriodic(long periodBefore) {
        long period = period();
        if (period == 0) {
            periodicTimer.cancel();
            return;
        }
        long now = CRYSTAL.ticks(timeline.now());
        // A change of rate counts what has passed of the interval under way.
        long passed = periodBefore == 0 ? 0 : Math.min(now - (nextPeriodic - periodBefore), period);
        duePeriodic(now + period - passed);
    }

    private void duePeriodic(long tick) {
        nextPeriodic = tick;
        periodicTimer.at(CRYSTAL.ns(tick) + 1);
    }

    private void periodDone() {
        duePeriodic(nextPeriodic + period());
        registers[C] |= (byte) C_PERIODIC;
        if ((register(B) & B_PERIODIC) != 0) {
            registers[C] |= (byte) C_REQUEST;
            interrupt.set(true);
        }
    }

    @Override
    public long load(int offset, int size) {
        if ((offset & 1) == 0) {
            return 0xff;
        }
        return switch (index) {
            case SECONDS, MINUTES, HOURS, DAY_OF_WEEK, DAY_OF_MONTH, MONTH, YEAR, CENTURY -> readTime();
            case A -> readA();
            case C -> readC();
            default -> register(index);
        };
    }

    private int readTime() {
        if (running()) {
            latchTime();
        }
        return register(index);
    }

    private int readA() {
        if (!running()) {
            return register(A);
        }
        long since = sinceBase();
        long phase = since % SECOND;
        boolean updating = phase >= SECOND - UPDATE_NS;
        long toChange = updating ? SECOND - phase : SECOND - UPDATE_NS - phase;
        timeline.polling().steady(basedAt + since - baseNs + toChange, 1);
        return register(A) | (updating ? A_UPDATING : 0);
    }

    private int readC() {
        int value = register(C);
        registers[C] = 0;
        interrupt.set(false);
        return value;
    }

    @Override
    public void store(int offset, int size, long value) {
        int word = (int) value & 0xff;
        if ((offset & 1) == 0) {
            timeline.polling().known();
            index = word & 0x7f;
            if (index == CENTURY_ALIAS) {
                index = CENTURY;
            }
            return;
        }
        timeline.polling().looked(); // also if the same access has written the index
        switch (index) {
            case SECONDS, MINUTES, HOURS, DAY_OF_WEEK, DAY_OF_MONTH, MONTH, YEAR, CENTURY -> writeTime(word);
            case A -> writeA(word);
            case B -> writeB(word);
            case C, D -> {
                // Read-only.
            }
            default -> registers[index] = (byte) word;
        }
    }

    private void writeTime(int word) {
        registers[index] = (byte) word;
        if (running()) {
            startFromRegisters(baseNs);
            armUpdate();
        }
    }

    private void writeA(int word) {
        long periodBefore = period();
        int before = register(A);
        boolean hold = (word & A_DIVIDER_RESET) == A_DIVIDER_RESET;
        if (hold && running()) {
            latchTime();
        } else if (!hold
                && (before & A_DIVIDER_RESET) == A_DIVIDER_RESET
                && (word & A_DIVIDER) <= 0x20
                && (register(B) & B_SET) == 0) {
            // The first update comes half a second after the divider is let go.
            startFromRegisters(SECOND / 2);
        }
        registers[A] = (byte) (word & ~A_UPDATING);
        if (((before ^ word) & A_RATE) != 0) {
            armPeriodic(periodBefore);
        }
        armUpdate();
    }

    private void writeB(int word) {
        long periodBefore = period();
        int before = register(B);
        int value = word;
        if ((word & B_SET) != 0) {
            if (running()) {
                latchTime();
            }
            value &= ~B_UPDATE_ENDED;
        } else if ((before & B_SET) != 0 && (register(A) & A_DIVIDER) <= 0x20) {
            startFromRegisters(sinceBase() % SECOND);
        }
        // A flag that is already set requests its interrupt as soon as that is enabled.
        boolean requested = (value & register(C) & C_FLAGS) != 0;
        registers[C] = (byte) (requested ? register(C) | C_REQUEST : register(C) & ~C_REQUEST);
        interrupt.set(requested);
        registers[B] = (byte) value;
        if (((before ^ value) & B_PERIODIC) != 0) {
            armPeriodic(periodBefore);
        }
        armUpdate();
    }

    @Override
    public void save(StateOutput out) {
        out.putBytes(registers);
        out.putInt(index);
        out.putLong(baseSeconds);
        out.putLong(baseNs);
        out.putLong(basedAt);
        out.putLong(nextPeriodic);
    }

    @Override
    public void restore(StateInput in) {
        byte[] saved = in.getBytes();
        if (saved.length != registers.length) {
            throw new SnapshotException("the snapshot is damaged: CMOS memory of " + saved.length + " bytes");
        }
        System.arraycopy(saved, 0, registers, 0, saved.length);
        index = in.getInt();
        baseSeconds = in.getLong();
        baseNs = in.getLong();
        basedAt = in.getLong();
        nextPeriodic = in.getLong();
    }
}
