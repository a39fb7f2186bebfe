package org.jkprobes.machine.target;

import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.cpu.TrapHook;
import org.jkprobes.machine.engine.FetchOverlay;
import org.jkprobes.target.DieChain;
import org.jkprobes.target.DieEvent;
import org.jkprobes.target.Notify;
import org.jkprobes.target.PtRegs;

/** The CPU's exceptions, announced to the chain or to optimized probes. */
final class Traps implements TrapHook {
    private final ProbedCpu cpu;
    private final PtRegs regs;
    private final ExceptionEvents events;
    private final DieChain chain;
    private final OverlayProbes probes;
    private final NestedCalls calls;
    private final ProbedPlaces places;
    private boolean quiet;

    Traps(
            ProbedCpu cpu,
            PtRegs regs,
            ExceptionEvents events,
            DieChain chain,
            OverlayProbes probes,
            NestedCalls calls,
            ProbedPlaces places) {
        this.cpu = cpu;
        this.regs = regs;
        this.events = events;
        this.chain = chain;
        this.probes = probes;
        this.calls = calls;
        this.places = places;
    }

    @Override
    public boolean breakpoint(int code) {
        if (quiet) {
            return passedOver();
        }
        if (cpu.isSlot(cpu.pc())) {
            return announce(DieEvent.SSTEPBP, code);
        }
        if (calls.watches(cpu.pc())) {
            return watched();
        }
        return announce(events.breakpoint(), code);
    }

    /** A watch of a guest call's: what else is there comes after it. */
    private boolean watched() {
        if (calls.reached()) {
            return true;
        }
        return others();
    }

    /** A breakpoint or a probe that is there has its turn; without one the instruction is stepped. */
    private boolean others() {
        long physical = cpu.peek(cpu.pc());
        int probe = cpu.overlay().probeAt(physical, cpu.pc());
        if (probe == FetchOverlay.NONE && cpu.overlay().at(physical, cpu.pc()) != null) {
            return announce(events.breakpoint(), 0);
        }
        if (probe == FetchOverlay.NONE) {
            probes.reachedNone();
            cpu.stepProbed();
        } else if (probes.reached(probe, regs) != Verdict.SKIP) {
            cpu.stepProbed();
        }
        return true;
    }

    @Override
    public boolean fault(int exception) {
        return announce(events.event(exception), events.number(exception));
    }

    @Override
    public void steppedInPlace() {
        cpu.stepping(false);
        announce(DieEvent.SSTEPBP, 0);
    }

    /** The instruction of a probe's breakpoint is stepped where it stands, and nobody told; false if there is no such breakpoint. */
    private boolean passedOver() {
        if (cpu.overlay().at(cpu.peek(cpu.pc()), cpu.pc()) == null) {
            return false;
        }
        probes.reachedNone();
        cpu.stepProbed();
        return true;
    }

    @Override
    public boolean stopPassed() {
        if (quiet) {
            probes.reachedNone();
            cpu.stepProbed();
            return true;
        }
        return calls.watches(cpu.pc()) ? watched() : others();
    }

    @Override
    public void quiet(boolean now) {
        quiet = now;
        cpu.quiet(now);
        places.quiet(now);
    }

    private boolean announce(DieEvent event, int trapnr) {
        boolean handled = chain.notifyDie(event, regs, trapnr) == Notify.STOP;
        cpu.stepping(handled && (cpu.steppingInPlace() || cpu.isSlot(cpu.pc())));
        return handled;
    }

    @Override
    public Verdict probe(int number) {
        if (quiet) {
            probes.reachedNone();
            return Verdict.RUN;
        }
        return probes.reached(number, regs);
    }

    @Override
    public void probeAgain(int number) {
        probes.again(number);
    }

    @Override
    public boolean probeFault(int exception) {
        return probes.fault(events.event(exception), regs, events.number(exception));
    }

    @Override
    public void probeStepped() {
        probes.done(regs);
    }

    @Override
    public void interrupted() {
        chain.notifyDie(DieEvent.INTERRUPTED, regs, 0);
        // One whom Kprobes knows nothing of goes on.
        cpu.stepping(cpu.steppingInPlace() || cpu.isSlot(cpu.pc()));
    }

    @Override
    public void probeInterrupted() {
        probes.interrupted(regs);
    }
}
