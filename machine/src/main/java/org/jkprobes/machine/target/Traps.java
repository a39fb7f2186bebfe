package org.jkprobes.machine.target;

import org.jkprobes.machine.cpu.HitJournal.Part;
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
    private final HitEffects effects;
    private final Runnable anotherPast;
    private boolean quiet;

    Traps(
            ProbedCpu cpu,
            PtRegs regs,
            ExceptionEvents events,
            DieChain chain,
            OverlayProbes probes,
            NestedCalls calls,
            ProbedPlaces places,
            Runnable anotherPast) {
        this.cpu = cpu;
        this.regs = regs;
        this.events = events;
        this.chain = chain;
        this.probes = probes;
        this.calls = calls;
        this.places = places;
        this.anotherPast = anotherPast;
        effects = new HitEffects(cpu, regs);
    }

    @Override
    public boolean breakpoint(int code) {
        if (quiet) {
            return passedOver();
        }
        if (cpu.isSlot(cpu.pc())) {
            return announce(DieEvent.SSTEPBP, code, Part.AFTER);
        }
        if (calls.watches(cpu.pc())) {
            return watched();
        }
        return hit(code);
    }

    private boolean hit(int code) {
        effects.hit();
        return announce(events.breakpoint(), code, Part.BEFORE);
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
            return hit(0);
        }
        if (probe == FetchOverlay.NONE) {
            probes.reachedNone();
            cpu.stepProbed();
        } else if (reached(probe) != Verdict.SKIP) {
            cpu.stepProbed();
        }
        return true;
    }

    @Override
    public boolean fault(int exception) {
        return announce(events.event(exception), events.number(exception), Part.FAULT);
    }

    @Override
    public void steppedInPlace() {
        cpu.stepping(false);
        announce(DieEvent.SSTEPBP, 0, Part.AFTER);
    }

    /** The instruction of a probe's breakpoint is stepped where it stands, and nobody told; false if there is no such breakpoint. */
    private boolean passedOver() {
        if (cpu.overlay().at(cpu.peek(cpu.pc()), cpu.pc()) == null) {
            return false;
        }
        if (hitAgain() != Verdict.SKIP) {
            cpu.stepProbed();
        }
        return true;
    }

    /** What handlers have done is done again, without them. */
    private Verdict hitAgain() {
        probes.reachedNone();
        effects.hit();
        if (effects.again(Part.BEFORE)) {
            return Verdict.SKIP;
        }
        return effects.more() ? Verdict.RUN_AND_TELL : Verdict.RUN;
    }

    private Verdict reached(int number) {
        if (!effects.kept()) {
            return probes.reached(number, regs);
        }
        effects.hit();
        effects.begin();
        Verdict verdict = probes.reached(number, regs);
        effects.end(Part.BEFORE, verdict == Verdict.SKIP, false);
        return verdict;
    }

    @Override
    public boolean stopPassed() {
        if (quiet) {
            if (hitAgain() != Verdict.SKIP) {
                cpu.stepProbed();
            }
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

    @Override
    public void anotherPast() {
        anotherPast.run();
    }

    private boolean announce(DieEvent event, int trapnr, Part part) {
        effects.begin();
        boolean handled = chain.notifyDie(event, regs, trapnr) == Notify.STOP;
        boolean stepped = handled && (cpu.steppingInPlace() || cpu.isSlot(cpu.pc()));
        cpu.stepping(stepped);
        // A fault that nobody handles is raised at the instruction itself.
        boolean back = part == Part.FAULT && !handled;
        effects.end(part, handled && (part == Part.FAULT || part == Part.BEFORE && !stepped), stepped || back);
        return handled;
    }

    @Override
    public Verdict probe(int number) {
        return quiet ? hitAgain() : reached(number);
    }

    @Override
    public boolean endsBefore(int number) {
        return !quiet && probes.endsBefore(number);
    }

    @Override
    public void probeAgain(int number) {
        probes.again(number);
    }

    @Override
    public boolean probeFault(int exception) {
        if (quiet) {
            return effects.again(Part.FAULT);
        }
        effects.begin();
        boolean handled = probes.fault(events.event(exception), regs, events.number(exception));
        effects.end(Part.FAULT, handled, false);
        return handled;
    }

    @Override
    public void probeStepped() {
        if (quiet) {
            effects.again(Part.AFTER);
            return;
        }
        effects.begin();
        probes.done(regs);
        effects.end(Part.AFTER, false, false);
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
