package org.jkprobes.machine;

import java.util.ArrayList;
import java.util.List;
import org.jkprobes.machine.cpu.HitJournal;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.engine.RamUndo;

/**
 * A machine's past, as far as it is kept: snapshots in memory at intervals, each with the pages of RAM that were stored to after it. To go
 * back is to restore one and to run on from there: the machine is deterministic, and its keys are in the {@link InputJournal}.
 *
 * <p>While the guest does again what it did before ({@link #past}), probes are told of nothing and the keyboard waits; what handlers had
 * changed is changed by the {@link HitJournal}, and what the console transmits is to be asked of {@link #repeated}. Where it comes to what
 * it has not done yet, it goes on as ever. What a handler has had the guest's own functions do cannot be done again: with that the past
 * begins anew.
 *
 * <p>Used by the machine's thread, while the machine does not run.
 */
public final class History {
    /**
     * How much is kept.
     *
     * @param interval guest instructions from one snapshot to the next
     * @param points snapshots, and {@code pages} in all of them, before some are given up
     * @param near going back to a place more than ten times this far behind a snapshot makes another one so near, for the next steps back
     */
    record Limits(long interval, int points, int pages, long near) {
        static final Limits USUAL = new Limits(10_000_000, 160, 32 << 10, 4_000);
    }

    /**
     * A moment.
     *
     * @param retired instructions since power-on
     * @param ns virtual time
     * @param pc the next instruction's address
     */
    public record Position(long retired, long ns, long pc) {}

    /** @param change whether the machine was changed by hand there */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
    private record Point(Position at, byte[] devices, RamUndo pages, long transmitted, int hits, boolean change) {}

    private final Machine machine;
    private final ProbedCpu cpu;
    private final Limits limits;
    private final List<Point> points = new ArrayList<>();
    private int current;
    /** How far the guest has ever come. */
    private long frontier;

    private boolean past;
    private long transmitted;
    private long mostTransmitted;

    /** Of a machine from now on. */
    public History(Machine machine, ProbedCpu cpu) {
        this(machine, cpu, Limits.USUAL);
    }

    History(Machine machine, ProbedCpu cpu, Limits limits) {
        this.limits = limits;
        this.machine = machine;
        this.cpu = cpu;
        cpu.journal().keep();
        add(0, false);
    }

    /** Whether the guest is where it has been before. */
    public boolean past() {
        return past;
    }

    /** To be asked once for each byte that the guest's console transmits: whether it has transmitted it before. */
    public boolean repeated() {
        boolean again = ++transmitted <= mostTransmitted;
        mostTransmitted = Math.max(mostTransmitted, transmitted);
        return again;
    }

    /** Where the machine is. */
    public Position here() {
        return new Position(machine.timeline().retired(), machine.timeline().now(), cpu.pc());
    }

    /** How many snapshots there are; they are numbered by age, the oldest is 0. */
    public int points() {
        return points.size();
    }

    /** Where a snapshot was made. */
    public Position point(int number) {
        return points.get(number).at;
    }

    /** The youngest snapshot that is before a place; -1 if none is. */
    public int before(Position place) {
        int number = current;
        while (number >= 0 && !isBefore(points.get(number).at, place)) {
            number--;
        }
        return number;
    }

    private static boolean isBefore(Position one, Position other) {
        return one.retired < other.retired
                || one.retired == other.retired && (one.ns < other.ns || one.ns == other.ns && one.pc != other.pc);
    }

    /** As {@link Machine#runFreely}; keeps the past, and leaves it where the guest comes to what is new. */
    public Machine.Outcome run(long until) {
        while (true) {
            long now = machine.timeline().retired();
            long next = Math.min(until, Math.max(now + 1, nextPoint()));
            next = past ? Math.min(next, frontier) : next;
            Machine.Outcome outcome = machine.runFreely(next);
            arrived(outcome == Machine.Outcome.REACHED && machine.timeline().retired() > now);
            if (outcome != Machine.Outcome.REACHED || machine.timeline().retired() >= until) {
                return outcome;
            }
        }
    }

    private long nextPoint() {
        return current + 1 < points.size()
                ? points.get(current + 1).at.retired
                : points.get(current).at.retired + limits.interval;
    }

    /** @param whole whether the last instruction has retired, and nothing of the next has happened */
    private void arrived(boolean whole) {
        long now = machine.timeline().retired();
        if (current + 1 < points.size() && now >= nextPoint()) {
            current++;
            points.get(current).pages.keepFromNow();
            cpu.seeStores();
        } else if (whole && current + 1 == points.size() && now >= nextPoint()) {
            add(points.size(), false);
            thin();
        }
        if (!past && cpu.journal().beginsAnew()) {
            beginAnew();
        }
        if (past && now >= frontier) {
            cpu.journal().rest(now);
            past(false);
        }
    }

    private void beginAnew() {
        add(points.size(), false);
        points.subList(0, current).clear();
        current = 0;
    }

    private void past(boolean now) {
        past = now;
        cpu.traps().quiet(now);
        machine.again(now);
    }

    private void add(int number, boolean change) {
        StateOutput out = new StateOutput();
        machine.saveDevices(out);
        RamUndo pages = RamUndo.of(machine.ram());
        points.add(
                number,
                new Point(
                        here(),
                        out.toByteArray(),
                        pages,
                        transmitted,
                        cpu.journal().position(),
                        change));
        current = number;
        pages.keepFromNow();
        cpu.seeStores();
    }

    /** To be called before the machine is changed by hand: what it did after this moment, before it went back, is forgotten. */
    public void changing() {
        if (past) {
            forgetAfter(current, machine.timeline().retired(), cpu.journal().position());
            mostTransmitted = transmitted;
        }
        past(false);
    }

    /** To be called after the machine was changed by hand. */
    public void changed() {
        add(current + 1, true);
    }

    private void forgetAfter(int number, long retired, int hits) {
        points.subList(number + 1, points.size()).clear();
        frontier = retired;
        machine.forgetFuture(retired);
        cpu.journal().forgetAfter(hits);
        cpu.traps().anotherPast();
    }

    /** The machine becomes what it was when a snapshot was made. Changes by hand since then are undone, and all that came of them. */
    public void restore(int number) {
        frontier = past ? frontier : machine.timeline().retired();
        past(true);
        Point to = points.get(number);
        for (int i = current; i >= number; i--) {
            points.get(i).pages.putBack();
        }
        machine.goBack(new StateInput(to.devices));
        current = number;
        to.pages.keepFromNow();
        cpu.seeStores();
        transmitted = to.transmitted;
        cpu.journal().position(to.hits);
        for (int i = number + 1; i < points.size(); i++) {
            if (points.get(i).change) {
                mostTransmitted = points.get(i).transmitted;
                forgetAfter(i - 1, points.get(i).at.retired, points.get(i).hits);
                break;
            }
        }
        if (machine.timeline().retired() >= frontier) {
            past(false);
        }
    }

    /**
     * Goes to where so many instructions have retired, and no more has happened; but behind a change by hand that was made there.
     *
     * @throws IllegalArgumentException if that is before the first snapshot, or was not yet
     */
    public void goTo(long retired) {
        int number = current;
        while (number >= 0 && points.get(number).at.retired > retired) {
            number--;
        }
        if (number < 0 || retired > Math.max(frontier, machine.timeline().retired())) {
            throw new IllegalArgumentException("the past of " + retired + " instructions is not kept");
        }
        if (retired > machine.timeline().retired()) {
            forward(retired);
            return;
        }
        restore(number);
        if (retired - machine.timeline().retired() > 10 * limits.near) {
            forward(retired - limits.near);
            add(current + 1, false);
            thin();
        }
        forward(retired);
    }

    /** Runs until so many instructions have retired, whoever wants to stop on the way, or the guest's end. */
    public void forward(long retired) {
        while (machine.timeline().retired() < retired && run(retired).early()) {
            // Once more.
        }
    }

    /** Lets a guest that waits wait on until a time. */
    public void waitUntil(long ns) {
        machine.waitUntil(ns);
    }

    /**
     * Gives snapshots up that cost the least: the older, the farther between. Only those before the current one: of the others not all
     * pages may be kept yet that the one before them would need.
     */
    private void thin() {
        long pages = points.stream().mapToLong(point -> point.pages.kept()).sum();
        while (points.size() > limits.points || pages > limits.pages) {
            int victim = cheapest();
            if (victim < 0) {
                return;
            }
            RamUndo gone = points.remove(victim).pages;
            current--;
            RamUndo into = points.get(victim - 1).pages;
            pages -= into.kept() + (long) gone.kept();
            into.absorb(gone);
            pages += into.kept();
        }
    }

    private int cheapest() {
        long now = machine.timeline().retired();
        double best = Double.MAX_VALUE;
        int found = -1;
        for (int i = 1; i < current; i++) {
            double gap = points.get(i + 1).at.retired - points.get(i - 1).at.retired;
            double cost = gap / Math.max(1, now - points.get(i - 1).at.retired);
            if (cost < best && !points.get(i).change) {
                best = cost;
                found = i;
            }
        }
        return found;
    }
}
