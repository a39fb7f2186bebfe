package org.jkprobes;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jkprobes.target.HitRecording;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.RecordArea;
import org.jkprobes.target.Target;
import org.jspecify.annotations.Nullable;

/**
 * Host memory in which hits are recorded: which probe, when, and some registers. Probes that only record need no Java where the target can
 * write the records itself; where it cannot, the same records are written all the same.
 *
 * <pre>{@code
 * var ring = HitRing.of(4096, 2, hit -> System.out.println(hit.timeNs() + " " + hit.register(0)));
 * kprobes.register(Kprobe.at("vfs_read").record(ring, "rdi", "rdx").build());
 * …
 * ring.drain();
 * }</pre>
 *
 * <p>Records are in the order of the hits. What happens when there is no more room is said when a ring is made. A ring belongs to the
 * target of the first probe that is registered with it.
 */
public final class HitRing {
    /** Registers that a record may hold. */
    public static final int MOST_REGISTERS = 8;

    /** Records that a ring may hold. */
    public static final int MOST_RECORDS = 1 << 24;

    /** Who gets the records. */
    @FunctionalInterface
    public interface Sink {
        /**
         * A hit, in its turn. It may do what a handler may; hits meanwhile are missed.
         *
         * @param hit good until this returns
         */
        void hit(RecordedHit hit);
    }

    private static final int AT_ONCE = 256;

    private enum WhenFull {
        HAND_OVER,
        KEEP_FIRST,
        KEEP_LAST
    }

    /** The probes that record here, by the numbers in their records. */
    static final class Recorders {
        private final List<@Nullable Kprobe> byNumber = new ArrayList<>();
        private final ArrayDeque<Integer> free = new ArrayDeque<>();
        private boolean left;

        synchronized int number(Kprobe probe) {
            HitRecording before = probe.recording;
            if (before != null && before.number() < byNumber.size() && probe.equals(byNumber.get(before.number()))) {
                return before.number();
            }
            Integer number = free.poll();
            if (number == null) {
                byNumber.add(probe);
                return byNumber.size() - 1;
            }
            byNumber.set(number, probe);
            return number;
        }

        /** By number: good for all records that there are. */
        synchronized @Nullable Kprobe[] all() {
            return byNumber.toArray(Kprobe[]::new);
        }

        /** One of them has been unregistered. */
        synchronized void left() {
            left = true;
        }

        /** There are no records: the numbers of those that are registered no more can be given to others. */
        synchronized void recycle() {
            for (int i = 0; left && i < byNumber.size(); i++) {
                Kprobe probe = byNumber.get(i);
                if (probe != null && !probe.registered()) {
                    byNumber.set(i, null);
                    free.add(i);
                }
            }
            left = false;
        }
    }

    private final int registers;
    private final WhenFull whenFull;
    private final Sink sink;
    private final RecordArea area;
    private final Recorders recorders = new Recorders();
    /** Records that the sink is about to get: out of there they are read in no time. */
    private final long[] copied;

    private final RecordedHit hit;
    private @Nullable Target target;
    private boolean lapped;
    private boolean draining;
    /** Of the records that are being drained, those that the sink has got. */
    private int given;

    private long dropped;

    private HitRing(int records, int registers, WhenFull whenFull, Sink sink) {
        if (records < 1 || records > MOST_RECORDS) {
            throw new IllegalArgumentException("a ring holds 1 to " + MOST_RECORDS + " records, not " + records);
        }
        if (registers < 0 || registers > MOST_REGISTERS) {
            throw new IllegalArgumentException(
                    "a record holds 0 to " + MOST_REGISTERS + " registers, not " + registers);
        }
        this.registers = registers;
        this.whenFull = whenFull;
        this.sink = sink;
        area = new RecordArea(records, registers);
        copied = new long[Math.min(records, AT_ONCE) * (area.stride() / Long.BYTES)];
        hit = new RecordedHit(copied);
    }

    /**
     * Loses nothing: when it is full, the sink gets all records on the vCPU's thread, before the guest goes on.
     *
     * @param records it holds
     * @param registers a record holds at most
     */
    public static HitRing of(int records, int registers, Sink sink) {
        return new HitRing(records, registers, WhenFull.HAND_OVER, sink);
    }

    /** Keeps the first hits, and counts the others, until it is drained. Parameters: see {@link #of}. */
    public static HitRing keepingFirst(int records, int registers, Sink sink) {
        return new HitRing(records, registers, WhenFull.KEEP_FIRST, sink);
    }

    /** Keeps the last hits, and counts those that were overwritten. Parameters: see {@link #of}. */
    public static HitRing keepingLast(int records, int registers, Sink sink) {
        return new HitRing(records, registers, WhenFull.KEEP_LAST, sink);
    }

    /** How many registers a record holds at most. */
    public int registers() {
        return registers;
    }

    /** Hits of which there is no record any more, and which no sink has got. */
    public synchronized long dropped() {
        return dropped + (lapped ? area.count() : 0);
    }

    /**
     * Gives all records to the sink, in order: inside a handler, or while the guest does not run. Inside the ring's own sink nothing happens.
     * What the sink throws comes out here; the records it has not got by then are dropped, and counted.
     *
     * @return how many
     */
    public synchronized int drain() {
        if (draining) {
            return 0;
        }
        int count = area.count();
        int old = lapped ? area.capacity() - count : 0;
        dropped += lapped ? count : 0;
        given = 0;
        draining = true;
        try {
            give(count, old);
            give(0, count);
            return given;
        } finally {
            draining = false;
            dropped += old + count - given;
            area.clear();
            lapped = false;
            recorders.recycle();
        }
    }

    private void give(int first, int count) {
        int longs = area.stride() / Long.BYTES;
        @Nullable Kprobe[] probes = recorders.all();
        for (int done = 0; done < count; ) {
            int some = area.copy(first + done, count - done, copied);
            for (int i = 0; i < some; i++) {
                int at = i * longs;
                given++;
                sink.hit(hit.at(at, probes[(int) copied[at]]));
            }
            done += some;
        }
    }

    /** A probe is to record here, registers with these indexes. */
    HitRecording recording(Kprobe probe, int... indexes) {
        return new HitRecording(area, recorders.number(probe), indexes);
    }

    /** A probe that has recorded here is registered no more. */
    void left() {
        recorders.left();
    }

    /** Whether it is of this target, from now on if it was of none. */
    synchronized boolean belongsTo(Target one) {
        if (target == null) {
            target = one;
        }
        return one.equals(target);
    }

    /** Whether there is no room for a record, and {@link #drain} would help. */
    boolean wantsDraining() {
        return whenFull == WhenFull.HAND_OVER && area.count() == area.capacity() && !draining;
    }

    /** Adds a record. @return false if it was dropped */
    synchronized boolean add(HitRecording recording, PtRegs regs, long time) {
        if (area.count() == area.capacity()) {
            if (whenFull != WhenFull.KEEP_LAST) {
                dropped++;
                return false;
            }
            dropped += lapped ? area.capacity() : 0;
            lapped = true;
            area.clear();
        }
        area.add(recording, regs, time);
        return true;
    }
}
