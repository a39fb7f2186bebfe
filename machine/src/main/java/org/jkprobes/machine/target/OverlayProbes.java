package org.jkprobes.machine.target;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import org.jkprobes.machine.cpu.ProbeCells;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.cpu.TrapHook.Verdict;
import org.jkprobes.machine.engine.FetchOverlay;
import org.jkprobes.machine.engine.RecordedProbe;
import org.jkprobes.target.DieEvent;
import org.jkprobes.target.HitRecording;
import org.jkprobes.target.Instrumentation;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.RecordArea;
import org.jspecify.annotations.Nullable;

/** Optimized probes: numbered, and lifted into the blocks by their numbers. */
final class OverlayProbes implements Instrumentation {
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
    private final IntUnaryOperator slotOf;
    /** By number, as is what follows: apart, since a hit is to touch few cache lines. */
    private @Nullable Callback[] callbacks = new Callback[64];

    /** Whether the callback is told when the instruction is done. */
    private boolean[] after = new boolean[64];

    private final Map<Integer, Counter> counters = new HashMap<>();
    private int[] free = new int[64];
    private int freeCount;
    private int numbers;
    /** The one asked last, which may have been removed since. */
    private @Nullable Callback current;

    private boolean currentAfter;

    /** @param slotOf which slot holds a register of {@link PtRegs}, or a negative number */
    OverlayProbes(ProbedCpu cpu, ProbedPlaces places, IntUnaryOperator slotOf) {
        this.cpu = cpu;
        this.slotOf = slotOf;
        this.places = places;
    }

    @Override
    public boolean install(long address, boolean wantsAfter, Callback callback) {
        return put(address, wantsAfter, callback) != FetchOverlay.NONE;
    }

    @Override
    public Optional<LongSupplier> count(long address, Callback callback) {
        return count(address, null, callback);
    }

    @Override
    public Optional<LongSupplier> record(long address, HitRecording recording, Callback callback) {
        int[] slots = new int[recording.registers()];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = slotOf.applyAsInt(recording.register(i));
            if (slots[i] < 0) {
                return Optional.empty();
            }
        }
        RecordArea area = recording.area();
        return count(
                address,
                new RecordedProbe(area.control(), area.data(), recording.number(), area.stride(), slots),
                callback);
    }

    private Optional<LongSupplier> count(long address, @Nullable RecordedProbe record, Callback callback) {
        if (numbers >= ProbeCells.MOST) {
            return Optional.empty();
        }
        int number = put(address, false, callback);
        if (number == FetchOverlay.NONE) {
            return Optional.empty();
        }
        // What was lifted until now does not count.
        cpu.relift(places.physical(address), 1);
        Counter counter = new Counter(number);
        counters.put(number, counter);
        if (record == null) {
            cpu.cells().start(number);
        } else {
            cpu.cells().start(number, record);
        }
        return Optional.of(counter);
    }

    /** Returns its number. */
    private int put(long address, boolean wantsAfter, Callback callback) {
        int number = installed(address);
        boolean added = number == FetchOverlay.NONE;
        if (added) {
            long physical = places.hold(address);
            if (physical == ProbedPlaces.NOWHERE) {
                return FetchOverlay.NONE;
            }
            number = take();
            cpu.overlay().instrument(physical, address, number);
        }
        callbacks[number] = callback;
        after[number] = wantsAfter;
        if (added || stopCounting(number)) {
            cpu.relift(places.physical(address), 1);
        }
        return number;
    }

    /** Whether it was counting. */
    private boolean stopCounting(int number) {
        Counter counter = counters.remove(number);
        if (counter != null) {
            counter.end();
        }
        return counter != null;
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
            callbacks[number] = null;
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
        if (numbers == callbacks.length) {
            callbacks = Arrays.copyOf(callbacks, numbers * 2);
            after = Arrays.copyOf(after, numbers * 2);
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
        Callback callback = callbacks[number];
        if (callback == null) {
            return Verdict.RUN;
        }
        boolean run = callback.before(regs);
        current = callback;
        currentAfter = after[number];
        return !run ? Verdict.SKIP : currentAfter ? Verdict.RUN_AND_TELL : Verdict.RUN;
    }

    /** Whether a probe is not told when its instruction is done. */
    boolean endsBefore(int number) {
        return !after[number];
    }

    /** The instruction of a probe that has counted is executed apart. */
    void again(int number) {
        if (counters.containsKey(number)) {
            current = callbacks[number];
            currentAfter = false;
        }
    }

    /** An instruction without a probe is stepped. */
    void reachedNone() {
        current = null;
    }

    /** The instruction of the probe reached last raises an exception. */
    boolean fault(DieEvent event, PtRegs regs, int trapnr) {
        Callback one = current;
        return one != null && one.fault(event, regs, trapnr);
    }

    /** The instruction of the probe reached last is interrupted, and its probe will be reached once more for the same hit. */
    void interrupted(PtRegs regs) {
        Callback one = current;
        if (one != null) {
            one.fault(DieEvent.INTERRUPTED, regs, 0);
        }
    }

    /** The instruction of the probe reached last is done. */
    void done(PtRegs regs) {
        Callback one = current;
        if (one != null && currentAfter) {
            one.after(regs);
        }
    }
}
