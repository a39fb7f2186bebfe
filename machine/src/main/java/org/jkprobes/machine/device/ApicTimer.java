package org.jkprobes.machine.device;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Stateful;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.Timer;

/**
 * The timer of a local APIC: counts down a bus clock of 1 GHz, divided. Nothing ticks: the count is a function of the time since it was
 * loaded. A count of N expires N + 1 ticks after it was loaded, and a period is as long, as in QEMU; a real APIC takes N.
 */
final class ApicTimer implements Stateful {
    private static final int PERIODIC = 1 << 17;

    private final Timeline timeline;
    private final Timer timer;
    private final Runnable expired;
    private int entry = ApicMessage.MASKED_BIT;
    private int divider;
    private int shift;
    private long initial;
    private long loadedAt;
    private long dueAt;

    ApicTimer(Timeline timeline, Runnable expired) {
        this.timeline = timeline;
        this.expired = expired;
        timer = timeline.timer(this::expire);
    }

    int divider() {
        return divider;
    }

    /** Divide configuration: bits 3, 1 and 0 give 2, 4, 8 … 128, 1. An expiry that is already set stays, as in QEMU. */
    void divider(int value) {
        divider = value & 0xb;
        shift = ((divider & 3 | divider >> 1 & 4) + 1) & 7;
    }

    int initial() {
        return (int) initial;
    }

    void load(int count) {
        initial = count & 0xffff_ffffL;
        loadedAt = timeline.now();
        arm(loadedAt);
    }

    int current() {
        long ticks = ticksAt(timeline.now());
        if ((entry & PERIODIC) != 0) {
            return (int) (initial - ticks % (initial + 1));
        }
        return (int) Math.max(0, initial - ticks);
    }

    /** The LVT entry has changed. */
    void configure(int lvtEntry) {
        entry = lvtEntry;
        arm(timeline.now());
    }

    private long ticksAt(long ns) {
        return ns - loadedAt >> shift;
    }

    private void arm(long ns) {
        long ticks = ticksAt(ns);
        boolean periodic = (entry & PERIODIC) != 0;
        boolean masked = (entry & ApicMessage.MASKED_BIT) != 0;
        if (masked || initial == 0 || !periodic && ticks >= initial) {
            timer.cancel();
            return;
        }
        long next = periodic ? (ticks / (initial + 1) + 1) * (initial + 1) : initial + 1;
        dueAt = loadedAt + (next << shift);
        timer.at(dueAt);
    }

    private void expire() {
        expired.run();
        arm(dueAt);
    }

    @Override
    public void save(StateOutput out) {
        out.putInt(entry);
        out.putInt(divider);
        out.putInt(shift);
        out.putLong(initial);
        out.putLong(loadedAt);
        out.putLong(dueAt);
    }

    @Override
    public void restore(StateInput in) {
        entry = in.getInt();
        divider = in.getInt();
        shift = in.getInt();
        initial = in.getLong();
        loadedAt = in.getLong();
        dueAt = in.getLong();
    }
}
