package org.jkprobes.machine;

import java.util.ArrayList;
import java.util.List;

/**
 * Virtual time. It advances with retired guest instructions ({@link #NS_PER_INSTRUCTION}) and with the time a guest idles, never
 * with host time. Timers fire in order of due time, then of creation.
 */
public final class Timeline implements Stateful {
    /** Also one of QEMU's icount rates (shift 3), which lockstep tests need. */
    public static final int NS_PER_INSTRUCTION = 8;

    private final List<Timer> timers = new ArrayList<>();
    private final Polling polling = new Polling();
    private long retired;
    private long idleNs;
    private long nextDue = Timer.NEVER;
    private int frozen;
    private long unpaid;

    /** Virtual ns since power-on. Who asks is noted in {@link #polling}. */
    public long now() {
        polling.looked();
        return unseen();
    }

    /** As {@link #now}, for somebody whom nobody minds looking: the guest does not learn of it. */
    public long unseen() {
        return retired * NS_PER_INSTRUCTION + idleNs;
    }

    /** What the guest has looked at. */
    public Polling polling() {
        return polling;
    }

    /** Guest instructions retired since power-on. */
    public long retired() {
        return retired;
    }

    public Timer timer(Runnable action) {
        Timer timer = new Timer(this, action);
        timers.add(timer);
        return timer;
    }

    /** How many instructions may retire before the next timer is due; 0 if one is due now. */
    public long instructionsToNextDue() {
        if (nextDue == Timer.NEVER) {
            return Long.MAX_VALUE;
        }
        long ns = nextDue - now();
        return ns <= 0 ? 0 : (ns + NS_PER_INSTRUCTION - 1) / NS_PER_INSTRUCTION;
    }

    /** The next due time in ns, or {@code Long.MAX_VALUE}. */
    public long nextDue() {
        return nextDue;
    }

    public void retire(long instructions) {
        if (frozen > 0) {
            unpaid += instructions;
        } else {
            retired += instructions;
        }
    }

    /** Time stands still, whatever retires, until {@link #thaw} has been called as often. */
    public void freeze() {
        frozen++;
    }

    public void thaw() {
        frozen--;
    }

    public boolean frozen() {
        return frozen > 0;
    }

    /** Instructions that have retired while time stood still. */
    public long unpaid() {
        return unpaid;
    }

    /** Lets an idle guest's time pass up to {@code ns}; a time in the past changes nothing. */
    public void idleUntil(long ns) {
        idleNs += Math.max(0, ns - now());
    }

    /** Fires all timers that are due. */
    public void fireDue() {
        while (nextDue <= now()) {
            Timer first = null;
            for (Timer timer : timers) {
                if (timer.due() != Timer.NEVER && (first == null || timer.due() < first.due())) {
                    first = timer;
                }
            }
            if (first == null) {
                return;
            }
            first.fire();
            changed();
        }
    }

    void changed() {
        long next = Timer.NEVER;
        for (Timer timer : timers) {
            next = Math.min(next, timer.due());
        }
        nextDue = next;
    }

    @Override
    public void save(StateOutput out) {
        out.putLong(retired);
        out.putLong(idleNs);
        out.putInt(timers.size());
        for (Timer timer : timers) {
            out.putLong(timer.due());
        }
    }

    @Override
    public void restore(StateInput in) {
        retired = in.getLong();
        idleNs = in.getLong();
        if (in.getInt() != timers.size()) {
            throw new SnapshotException("the snapshot is of another board");
        }
        for (Timer timer : timers) {
            timer.at(in.getLong());
        }
        changed();
    }
}
