package org.jkprobes.machine.target;

import java.util.Arrays;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.cpu.TrapHook.Verdict;
import org.jkprobes.machine.engine.FetchOverlay;
import org.jkprobes.target.DieEvent;
import org.jkprobes.target.Instrumentation;
import org.jkprobes.target.PtRegs;
import org.jspecify.annotations.Nullable;

/** Optimized probes: numbered, and lifted into the blocks by their numbers. */
final class OverlayProbes implements Instrumentation {
    private record Installed(boolean after, Callback callback) {}

    private final ProbedCpu cpu;
    private final ProbedPlaces places;
    private @Nullable Installed[] byNumber = new Installed[64];
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
        int number = installed(address);
        if (number != FetchOverlay.NONE) {
            byNumber[number] = new Installed(after, callback);
            return true;
        }
        long physical = places.hold(address);
        if (physical == ProbedPlaces.NOWHERE) {
            return false;
        }
        number = take();
        byNumber[number] = new Installed(after, callback);
        cpu.overlay().instrument(physical, address, number);
        cpu.relift(physical, 1);
        return true;
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
        return !run ? Verdict.SKIP : one.after ? Verdict.RUN_AND_TELL : Verdict.RUN;
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
