package org.jkprobes.machine.target;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jkprobes.machine.cpu.ProbeCells;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.cpu.TrapHook.Verdict;
import org.jkprobes.machine.engine.FetchOverlay;
import org.jkprobes.target.DieEvent;
import org.jkprobes.target.Instrumentation;
import org.jkprobes.target.PtRegs;
import org.jspecify.annotations.Nullable;

/** Optimized probes: numbered, and lifted into the blocks by their numbers. */
final class OverlayProbes implements Instrumentation {
    private static final class Installed {
        final boolean after;
        final boolean counted;
        final Callback callback;
        final Verdict verdict;

        Installed(boolean after, boolean counted, Callback callback) {
            this.after = after;
            this.counted = counted;
            this.callback = callback;
            verdict = after ? Verdict.RUN_AND_TELL : Verdict.RUN;
        }
    }

    /** What emitted code counts for a probe. */
    private final class Counter implements LongSupplier {
        private final int number;
        private boolean over;
        private long last;

        Counter(int number) {
            this.number = number;
        }

        @Override
        public synchronized long getAsLong() {
            return over ? last : cpu.cells().value(number);
        }

        synchronized void end() {
            last = cpu.cells().value(number);
            over = true;
            cpu.cells().stop(number);
        }
    }

    private final ProbedCpu cpu;
    private final ProbedPlaces places;
    private @Nullable Installed[] byNumber = new Installed[64];
    private final Map<Integer, Counter> counters = new HashMap<>();
    private int[] free = new int[64];
    private int freeCount;
    private int numbers;
    /** The one asked last, which may have been removed since. */
    private @Nullable Installed current;

    OverlayProbes(ProbedCpu cpu, ProbedPlaces places) {
        this.cpu = cpu;
        this.places = places;
    }

    @Override
    public boolean install(long address, boolean after, Callback callback) {
        return install(address, new Installed(after, false, callback)) != FetchOverlay.NONE;
    }

    @Override
    public Optional<LongSupplier> count(long address, Callback callback) {
        if (numbers >= ProbeCells.MOST) {
            return Optional.empty();
        }
        int number = install(address, new Installed(false, true, callback));
        if (number == FetchOverlay.NONE) {
            return Optional.empty();
        }
        Counter counter = new Counter(number);
        counters.put(number, counter);
        cpu.cells().start(number);
        return Optional.of(counter);
    }

    /** Returns its number. */
    private int install(long address, Installed what) {
        int number = installed(address);
        if (number != FetchOverlay.NONE) {
            Installed old = byNumber[number];
            byNumber[number] = what;
            if (what.counted || old != null && old.counted) {
                stopCounting(number);
                cpu.relift(places.physical(address), 1);
            }
            return number;
        }
        long physical = places.hold(address);
        if (physical == ProbedPlaces.NOWHERE) {
            return FetchOverlay.NONE;
        }
        number = take();
        byNumber[number] = what;
        cpu.overlay().instrument(physical, address, number);
        cpu.relift(physical, 1);
        return number;
    }

    private void stopCounting(int number) {
        Counter counter = counters.remove(number);
        if (counter != null) {
            counter.end();
        }
    }

    private int installed(long address) {
        long physical = places.physical(address);
        return physical == ProbedPlaces.NOWHERE
                ? FetchOverlay.NONE
                : cpu.overlay().probeAt(physical, address);
    }

    @Override
    public void remove(long address) {
        int number = installed(address);
        if (number != FetchOverlay.NONE) {
            byNumber[number] = null;
            stopCounting(number);
            give(number);
            long physical = places.physical(address);
            cpu.overlay().uninstrument(physical, address);
            places.release(address);
            cpu.relift(physical, 1);
        }
    }

    private int take() {
        if (freeCount > 0) {
            return free[--freeCount];
        }
        if (numbers == byNumber.length) {
            byNumber = Arrays.copyOf(byNumber, numbers * 2);
        }
        return numbers++;
    }

    private void give(int number) {
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, freeCount * 2);
        }
        free[freeCount++] = number;
    }

    /** A probe was reached. */
    Verdict reached(int number, PtRegs regs) {
        Installed one = byNumber[number];
        if (one == null) {
            return Verdict.RUN;
        }
        boolean run = one.callback.before(regs);
        current = one;
        return run ? one.verdict : Verdict.SKIP;
    }

    /** The instruction of a probe that has counted is executed apart. */
    void again(int number) {
        Installed one = number < byNumber.length ? byNumber[number] : null;
        if (one != null && one.counted) {
            current = one;
        }
    }

    /** An instruction without a probe is stepped. */
    void reachedNone() {
        current = null;
    }

    /** The instruction of the probe reached last raises an exception. */
    boolean fault(DieEvent event, PtRegs regs, int trapnr) {
        Installed one = current;
        return one != null && one.callback.fault(event, regs, trapnr);
    }

    /** The instruction of the probe reached last is interrupted, and its probe will be reached once more for the same hit. */
    void interrupted(PtRegs regs) {
        Installed one = current;
        if (one != null) {
            one.callback.fault(DieEvent.INTERRUPTED, regs, 0);
        }
    }

    /** The instruction of the probe reached last is done. */
    void done(PtRegs regs) {
        Installed one = current;
        if (one != null && one.after) {
            one.callback.after(regs);
        }
    }
}
