package org.jkprobes;

import org.jkprobes.arch.Arch;
import org.jkprobes.arch.Step;
import org.jkprobes.target.DieEvent;
import org.jkprobes.target.DieNotifier;
import org.jkprobes.target.Notify;
import org.jkprobes.target.PtRegs;
import org.jspecify.annotations.Nullable;

/**
 * How a hit travels: Kprobes' member of the exception notifier chain. Takes no lock and allocates nothing unless something is lost or
 * fails.
 */
final class HitPath implements DieNotifier {
    /** How often a fault handler may have the same instruction tried again within one hit. */
    static final int MAX_RETRIES = 1000;

    private final Arch arch;
    private final CpuState[] cpus;
    private final Registry registry;
    private final HandlerCalls handlers;
    private final Reports reports;

    HitPath(Arch arch, CpuState[] cpus, Registry registry, HandlerCalls handlers, Reports reports) {
        this.arch = arch;
        this.cpus = cpus;
        this.registry = registry;
        this.handlers = handlers;
        this.reports = reports;
    }

    @Override
    public Notify notifyDie(DieEvent event, PtRegs regs, int trapnr) {
        CpuState cpu = cpus[regs.cpu()];
        boolean entered = cpu.enter();
        try {
            return switch (event) {
                case INT3, BREAK -> hit(cpu, regs);
                case DEBUG, SSTEPBP -> stepped(cpu, regs);
                case PAGE_FAULT, GPF, TRAP, REFILL, INTERRUPTED -> fault(cpu, event, regs, trapnr);
                case OOPS -> Notify.DONE;
            };
        } finally {
            cpu.exit(entered);
        }
    }

    private Notify hit(CpuState cpu, PtRegs regs) {
        long address = regs.pc();
        ProbePoint point = registry.find(address);
        if (point == null || !point.armed) {
            // An entry that was removed and added again during the look-up is not seen, nor one that is just being
            // armed;
            // breakpoints of others are rare enough to make sure. At a point that is not armed stands one of the
            // guest's own.
            point = registry.findArmed(address);
            if (point == null) {
                return stray(cpu, regs);
            }
        }
        Frame frame = begin(cpu, point, regs);
        if (frame == null) {
            return Notify.STOP;
        }
        if (frame.instruction.emulate(regs, frame.step)) {
            regs.retire();
            end(cpu, frame, regs);
        } else if (!mayBoost(cpu, frame) || !frame.instruction.boost(regs, frame.step)) {
            frame.instruction.prepareSingleStep(regs, frame.step);
        }
        return Notify.STOP;
    }

    /** Whether nobody wants to know of the end of the step. Its frame stays until the next hit, for a fault of the copy. */
    private static boolean mayBoost(CpuState cpu, Frame frame) {
        return !cpu.handling() && !frame.point.wantsAfter();
    }

    /** The first half of a hit on either path. Returns its frame, or null if the instruction is not to be executed. */
    @Nullable
    Frame begin(CpuState cpu, ProbePoint point, PtRegs regs) {
        if (!cpu.handling()) {
            abandon(cpu);
        }
        Frame frame = cpu.push(point);
        frame.step.capture(regs);
        if (!cpu.suspended.isEmpty() && resumes(cpu, frame, regs)) {
            frame.phase = Frame.Phase.STEP;
            return frame;
        }
        if (cpu.handling()) {
            frame.missed = true;
            handlers.missed(cpu, frame.probes);
        } else if (!handlers.pre(cpu, frame, regs)) {
            cpu.pop();
            return null;
        } else if (!frame.step.atProbePoint(regs, point.address)) {
            frame.step.toProbePoint(regs, point.address);
        }
        frame.phase = Frame.Phase.STEP;
        return frame;
    }

    /**
     * The usual hit: of one probe, with nothing before it that is not over, and over when its pre-handler has run. It needs no frame.
     *
     * @return whether the instruction is to be executed
     */
    boolean lone(CpuState cpu, Kprobe probe, long address, PtRegs regs) {
        Step step = cpu.lone;
        step.capture(regs);
        if (!handlers.pre(cpu, probe, regs)) {
            return false;
        }
        if (!step.atProbePoint(regs, address)) {
            step.toProbePoint(regs, address);
        }
        return true;
    }

    /** The second half. */
    void end(CpuState cpu, Frame frame, PtRegs regs) {
        frame.phase = Frame.Phase.STEPPED;
        if (!frame.missed) {
            handlers.post(cpu, frame, regs);
        }
        cpu.pop();
    }

    /** A hit outside handlers: steps that have not ended by now never will. */
    private void abandon(CpuState cpu) {
        for (Frame frame = cpu.top(); frame != null; frame = cpu.top()) {
            if (!frame.missed) {
                handlers.lostPost(cpu, frame.probes, frame.begun(), LossCause.ABANDONED);
            }
            cpu.pop();
        }
    }

    private boolean resumes(CpuState cpu, Frame frame, PtRegs regs) {
        SuspendedHits suspended = cpu.suspended;
        int index = suspended.find(frame.point, arch.context(regs));
        if (index < 0) {
            return false;
        }
        for (int i = suspended.size() - 1; i > index; i--) {
            handlers.lostPost(cpu, suspended.probes(i), suspended.begun(i), LossCause.ABANDONED);
        }
        suspended.take(index, frame);
        return true;
    }

    private Notify stray(CpuState cpu, PtRegs regs) {
        Kprobe running = cpu.handling() ? cpu.running() : null;
        return running != null
                        && running.breakHandler != null
                        && handlers.onBreak(cpu, running, running.breakHandler, regs)
                ? Notify.STOP
                : Notify.DONE;
    }

    private Notify stepped(CpuState cpu, PtRegs regs) {
        Frame frame = cpu.top();
        if (frame == null
                || frame.phase != Frame.Phase.STEP
                || frame.optimized
                || !frame.instruction.resume(regs, frame.step)) {
            return Notify.DONE;
        }
        end(cpu, frame, regs);
        return Notify.STOP;
    }

    private Notify fault(CpuState cpu, DieEvent event, PtRegs regs, int trapnr) {
        Frame frame = cpu.top();
        if (frame == null
                || frame.phase != Frame.Phase.STEP
                || frame.optimized
                || !frame.instruction.owns(regs, frame.step)) {
            return Notify.DONE;
        }
        frame.instruction.restore(regs, frame.step);
        if (event.comesBack()) {
            suspend(cpu, frame, regs);
            return Notify.DONE;
        }
        if (event != DieEvent.TRAP && handled(cpu, frame, regs, trapnr)) {
            if (frame.step.atProbePoint(regs, frame.point.address)) {
                frame.instruction.prepareSingleStep(regs, frame.step);
            } else {
                cpu.pop();
            }
            return Notify.STOP;
        }
        lose(cpu, frame);
        return Notify.DONE;
    }

    /** Whether a fault handler has handled the fault; the frame stays. */
    boolean handled(CpuState cpu, Frame frame, PtRegs regs, int trapnr) {
        if (frame.missed || !handlers.fault(cpu, frame, regs, trapnr)) {
            return false;
        }
        if (frame.step.atProbePoint(regs, frame.point.address) && ++frame.retries > MAX_RETRIES) {
            reports.report(
                    Report.Kind.FAULT_LOOP,
                    frame.probes[0],
                    cpu.number,
                    frame.point.address,
                    "its fault handler has had the same instruction tried " + MAX_RETRIES
                            + " times; the guest gets the fault (" + trapnr + ")",
                    null);
            return false;
        }
        return true;
    }

    /** Ends a hit whose instruction has faulted. */
    void lose(CpuState cpu, Frame frame) {
        if (!frame.missed) {
            handlers.lostPost(cpu, frame.probes, frame.begun(), LossCause.FAULT);
        }
        cpu.pop();
    }

    /** Ends the hit for now; it goes on when the vCPU comes back with these registers. */
    void suspend(CpuState cpu, Frame frame, PtRegs regs) {
        SuspendedHits suspended = cpu.suspended;
        if (suspended.full()) {
            handlers.lostPost(cpu, suspended.probes(0), suspended.begun(0), LossCause.ABANDONED);
        }
        suspended.add(frame.point, arch.context(regs), frame);
        cpu.pop();
    }

    CpuState[] cpus() {
        return cpus;
    }
}
