package org.jkprobes.machine.debug;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jkprobes.machine.History;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.engine.DataWatches;
import org.jkprobes.machine.engine.DataWatches.Watch;
import org.jspecify.annotations.Nullable;

/**
 * Runs a machine until something is met, forwards and backwards. Nothing of it is the guest's to see: breakpoints are stops of the fetch
 * overlay, at virtual addresses in whatever address space; a step is one instruction of virtual time. An instruction that faults retires
 * not, so a step from it ends behind the first one of the handler; and an interrupt that is due is taken as ever.
 *
 * <p>Used by the machine's thread; another one that wants it to stop calls {@link Machine#interrupt}.
 */
public final class Debugger {
    /** A place where a guest stopped, or would have. */
    private record Met(Stop stop, long retired, long ns, long pc) {}

    private final Machine machine;
    private final ProbedCpu cpu;
    private final boolean watchesStopBefore;
    private final History history;
    private final Set<Long> breakpoints = new HashSet<>();
    private final Set<Long> planted = new HashSet<>();
    private final List<Watch> watches = new ArrayList<>();
    private boolean watchesChanged;
    private boolean armed;
    private @Nullable Met met;
    /** What was met when so many instructions had retired is passed by: a breakpoint here, or any watch. */
    private long passRetired = -1;

    private long passPc;

    /**
     * A debugger of a machine, which from now on keeps its past.
     *
     * @param watchesStopBefore whether forwards a watch stops the guest before the access, not after it, and backwards the other way
     *     round: GDB wants it so for MIPS
     */
    public Debugger(Machine machine, ProbedCpu cpu, boolean watchesStopBefore) {
        this.machine = machine;
        this.cpu = cpu;
        this.watchesStopBefore = watchesStopBefore;
        history = new History(machine, cpu);
        cpu.debugger(this::reached);
    }

    public History history() {
        return history;
    }

    /** Sets a breakpoint at a virtual address, or takes it away. */
    public void breakpoint(long address, boolean wanted) {
        if (wanted) {
            breakpoints.add(address);
        } else {
            breakpoints.remove(address);
        }
    }

    /** Watches memory, or no more. */
    public void watch(Watch watch, boolean wanted) {
        watchesChanged = true;
        watches.remove(watch);
        if (wanted) {
            watches.add(watch);
        }
    }

    /** Takes all breakpoints and watches away. */
    public void clear() {
        breakpoints.clear();
        watchesChanged |= !watches.isEmpty();
        watches.clear();
        plant();
    }

    /** Runs until so many instructions have retired since power-on. */
    public Stop run(long until) {
        plant();
        met = null;
        armed = true;
        Machine.Outcome outcome = history.run(until);
        armed = false;
        return stop(outcome);
    }

    /** Runs one instruction. */
    public Stop step() {
        return run(machine.timeline().retired() + 1);
    }

    private Stop stop(Machine.Outcome outcome) {
        Met one = met;
        if (one != null) {
            return one.stop;
        }
        return Stop.of(
                switch (outcome) {
                    case REACHED -> Stop.Cause.DONE;
                    case POWER_OFF -> Stop.Cause.POWER_OFF;
                    case RESET -> Stop.Cause.RESET;
                    case IDLE -> Stop.Cause.IDLE;
                    case PAUSED -> Stop.Cause.PAUSED;
                    case INTERRUPTED -> Stop.Cause.INTERRUPTED;
                });
    }

    /** The fetch overlay's stops become those that are wanted; mostly they are already. */
    private void plant() {
        if (!planted.equals(breakpoints)) {
            for (long address : planted) {
                if (!breakpoints.contains(address)) {
                    cpu.overlay().stop(address, false);
                    cpu.reliftAt(address);
                }
            }
            for (long address : breakpoints) {
                if (!planted.contains(address)) {
                    cpu.overlay().stop(address, true);
                    cpu.reliftAt(address);
                }
            }
            planted.clear();
            planted.addAll(breakpoints);
        }
        if (watchesChanged) {
            watchesChanged = false;
            cpu.watch(watches.isEmpty() ? DataWatches.NONE : new DataWatches(watches, this::accessed));
        }
    }

    private boolean reached(long address) {
        long now = machine.timeline().retired();
        if (!armed || now == passRetired && address == passPc) {
            return false;
        }
        meet(new Stop(Stop.Cause.BREAKPOINT, address), now);
        return true;
    }

    private boolean accessed(Watch watch, boolean store) {
        // An instruction that runs alone is paid for when it begins.
        long before = machine.timeline().retired() - 1;
        if (!armed || machine.timeline().frozen() || before == passRetired) {
            return false;
        }
        Stop.Cause both = watch.loads() && watch.stores() ? Stop.Cause.ACCESS : Stop.Cause.READ;
        meet(new Stop(watch.loads() ? both : Stop.Cause.WRITE, watch.start()), before);
        return watchesStopBefore && !cpu.stepping();
    }

    private void meet(Stop stop, long retired) {
        if (met == null) {
            met = new Met(stop, retired, machine.timeline().now(), cpu.pc());
        }
        machine.pause();
    }

    // ---- backwards ----

    /** To be called before the guest's registers or memory are changed by hand. */
    public void changing() {
        history.changing();
    }

    /** To be called after that. */
    public void changed() {
        history.changed();
    }

    /** Goes back by one instruction; {@link Stop.Cause#BEGINNING} if there is none. */
    public Stop stepBack() {
        History.Position here = history.here();
        if (history.before(here) < 0) {
            return Stop.of(Stop.Cause.BEGINNING);
        }
        plant();
        long before = here.retired() - 1;
        if (history.point(0).retired() > before) {
            history.restore(0);
            return Stop.of(Stop.Cause.DONE);
        }
        history.goTo(before);
        history.forward(here.retired());
        if (history.here().pc() == here.pc() || history.here().retired() > here.retired()) {
            history.goTo(before);
        }
        return Stop.of(Stop.Cause.DONE);
    }

    /**
     * Goes back to the breakpoint or watch met last before this moment; {@link Stop.Cause#BEGINNING} if none was.
     *
     * @param stop asked now and then whether to stop where it is
     */
    public Stop runBack(BooleanSupplier stop) {
        plant();
        History.Position end = history.here();
        for (int number = history.before(end); number >= 0; number--) {
            History.Position start = history.point(number);
            Met last = start.retired() <= end.retired() ? lastMet(number, end, stop) : null;
            if (last != null) {
                goTo(last, end.retired());
                return last.stop;
            }
            if (stop.getAsBoolean()) {
                history.restore(number);
                return Stop.of(Stop.Cause.INTERRUPTED);
            }
            end = start;
        }
        history.restore(0);
        return Stop.of(Stop.Cause.BEGINNING);
    }

    /** What is met last from a snapshot on, before a moment. */
    private @Nullable Met lastMet(int number, History.Position end, BooleanSupplier stop) {
        history.restore(number);
        Met last = null;
        armed = true;
        while (machine.timeline().retired() < end.retired() && !stop.getAsBoolean()) {
            met = null;
            Machine.Outcome outcome = machine.runFreely(end.retired());
            Met one = met;
            if (one != null) {
                last = one;
                passRetired = one.retired;
                passPc = one.pc;
            }
            if (outcome != Machine.Outcome.REACHED && !outcome.early()) {
                break;
            }
        }
        armed = false;
        passRetired = -1;
        return stop.getAsBoolean() ? null : last;
    }

    private void goTo(Met place, long atMost) {
        boolean watch = place.stop.cause() != Stop.Cause.BREAKPOINT;
        long retired = watch && watchesStopBefore ? Math.min(atMost, place.retired + 1) : place.retired;
        history.goTo(retired);
        if (watch) {
            return;
        }
        history.waitUntil(place.ns);
        if (cpu.pc() != place.pc) {
            // It is the vector of an instruction that faulted.
            met = null;
            armed = true;
            while (met == null && history.run(retired + 1).early()) {
                // Something else has paused it.
            }
            armed = false;
        }
    }
}
