package org.jkprobes;

import org.jkprobes.target.HitRecording;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Target;
import org.jspecify.annotations.Nullable;

/** Calls handlers, and contains what they throw: the probe's fault handler first; unhandled, the probe is disabled and reported. */
final class HandlerCalls {
    private final Registry registry;
    private final Reports reports;
    private final LossLedger losses;
    private final Target target;

    HandlerCalls(Registry registry, Target target, Reports reports, LossLedger losses) {
        this.registry = registry;
        this.target = target;
        this.reports = reports;
        this.losses = losses;
    }

    /**
     * Runs the pre-handlers of a hit.
     *
     * @return whether the instruction is to be executed
     */
    boolean pre(CpuState cpu, Frame frame, PtRegs regs) {
        Kprobe[] probes = frame.probes;
        for (int i = 0; i < probes.length; i++) {
            Kprobe probe = probes[i];
            if (probe.state != Kprobe.State.ENABLED) {
                continue;
            }
            frame.began(i);
            probe.counts.hit(cpu.number);
            if (probe.ring != null) {
                record(cpu, probe, probe.ring, regs);
            }
            if (probe.pre != null && pre(cpu, probe, probe.pre, regs) != 0) {
                for (int j = i + 1; j < probes.length; j++) {
                    if (probes[j].enabled()) {
                        losses.add(probes[j], cpu.number, LossCause.EARLY_STOP);
                    }
                }
                return false;
            }
        }
        return true;
    }

    /** The same for a probe that is alone. */
    boolean pre(CpuState cpu, Kprobe probe, PtRegs regs) {
        if (probe.state != Kprobe.State.ENABLED) {
            return true;
        }
        probe.counts.hit(cpu.number);
        if (probe.ring != null) {
            record(cpu, probe, probe.ring, regs);
        }
        return probe.pre == null || pre(cpu, probe, probe.pre, regs) == 0;
    }

    /** Where the target has not recorded a hit itself. */
    private void record(CpuState cpu, Kprobe probe, HitRing ring, PtRegs regs) {
        HitRecording recording = probe.recording;
        synchronized (ring) {
            if (ring.wantsDraining()) {
                drain(cpu, probe, ring, regs);
            }
            if (recording != null && !ring.add(recording, regs, target.now())) {
                losses.add(probe, cpu.number, LossCause.RING);
            }
        }
    }

    /** A ring's sink is a handler of the probe for whose hit there is no room. */
    private void drain(CpuState cpu, Kprobe probe, HitRing ring, PtRegs regs) {
        @Nullable Kprobe outer = cpu.running();
        int depth = cpu.enterHandler(probe);
        try {
            ring.drain();
        } catch (Throwable e) {
            failed(cpu, probe, regs, e);
        } finally {
            cpu.leaveHandler(outer, depth);
        }
    }

    private int pre(CpuState cpu, Kprobe probe, PreHandler handler, PtRegs regs) {
        @Nullable Kprobe outer = cpu.running();
        int depth = cpu.enterHandler(probe);
        try {
            return handler.handle(probe, regs);
        } catch (Throwable e) {
            failed(cpu, probe, regs, e);
            return 0;
        } finally {
            cpu.leaveHandler(outer, depth);
        }
    }

    /** Runs the post-handlers of a hit. */
    void post(CpuState cpu, Frame frame, PtRegs regs) {
        Kprobe[] probes = frame.probes;
        for (int i = 0; i < probes.length; i++) {
            Kprobe probe = probes[i];
            if (probe.post == null || !frame.hasBegun(i)) {
                continue;
            }
            if (probe.enabled() && probe.address == frame.point.address) {
                post(cpu, probe, probe.post, regs);
            } else {
                losses.add(probe, cpu.number, LossCause.DISARMED);
            }
        }
    }

    /** The post-handlers of a hit will not run: of those probes that {@link Frame#begun} has, for the others have had no hit. */
    void lostPost(CpuState cpu, Kprobe[] probes, long begun, LossCause cause) {
        for (int i = 0; i < probes.length; i++) {
            Kprobe probe = probes[i];
            if (probe.post != null && Frame.hasBegun(begun, i) && probe.enabled()) {
                losses.add(probe, cpu.number, cause);
            }
        }
    }

    /** A hit during a handler: no handlers. */
    void missed(CpuState cpu, Kprobe[] probes) {
        for (Kprobe probe : probes) {
            // A return during a handler is one of a call during it, whose entry has been counted.
            if (probe.enabled() && probe.rank != Kprobe.Rank.RETURN) {
                probe.nmissed.incrementAndGet();
                losses.add(probe, cpu.number, LossCause.REENTRANT);
            }
        }
    }

    private void post(CpuState cpu, Kprobe probe, PostHandler handler, PtRegs regs) {
        @Nullable Kprobe outer = cpu.running();
        int depth = cpu.enterHandler(probe);
        try {
            handler.handle(probe, regs, 0);
        } catch (Throwable e) {
            failed(cpu, probe, regs, e);
        } finally {
            cpu.leaveHandler(outer, depth);
        }
    }

    /** Runs the fault handlers of a hit until one handles the fault. */
    boolean fault(CpuState cpu, Frame frame, PtRegs regs, int trapnr) {
        for (Kprobe probe : frame.probes) {
            if (probe.fault != null && probe.enabled() && fault(cpu, probe, probe.fault, regs, trapnr)) {
                return true;
            }
        }
        return false;
    }

    private boolean fault(CpuState cpu, Kprobe probe, FaultHandler handler, PtRegs regs, int trapnr) {
        @Nullable Kprobe outer = cpu.running();
        int depth = cpu.enterHandler(probe);
        try {
            return handler.handle(probe, regs, trapnr) != 0;
        } catch (Throwable e) {
            registry.disableFailed(probe);
            reports.report(
                    Report.Kind.FAULT_HANDLER_FAILED,
                    probe,
                    cpu.number,
                    probe.address(),
                    "its fault handler has thrown " + e + "; the probe is disabled",
                    e);
            return false;
        } finally {
            cpu.leaveHandler(outer, depth);
        }
    }

    /** Runs a kretprobe's handler. */
    <D> void returned(CpuState cpu, Kretprobe<D> probe, KretprobeInstance<D> instance, PtRegs regs) {
        Kprobe kprobe = probe.kprobe();
        @Nullable Kprobe outer = cpu.running();
        int depth = cpu.enterHandler(kprobe);
        try {
            probe.returned(instance, regs);
        } catch (Throwable e) {
            failed(cpu, kprobe, regs, e);
        } finally {
            cpu.leaveHandler(outer, depth);
        }
    }

    /** A breakpoint of nobody during a handler. */
    boolean onBreak(CpuState cpu, Kprobe probe, BreakHandler handler, PtRegs regs) {
        @Nullable Kprobe outer = cpu.running();
        int depth = cpu.enterHandler(probe);
        try {
            return handler.handle(probe, regs) != 0;
        } catch (Throwable e) {
            failed(cpu, probe, regs, e);
            return false;
        } finally {
            cpu.leaveHandler(outer, depth);
        }
    }

    private void failed(CpuState cpu, Kprobe probe, PtRegs regs, Throwable e) {
        if (probe.fault != null && fault(cpu, probe, probe.fault, regs, FaultHandler.HANDLER_FAILED)) {
            return;
        }
        registry.disableFailed(probe);
        reports.report(
                Report.Kind.HANDLER_FAILED,
                probe,
                cpu.number,
                probe.address(),
                "its handler has thrown " + e + "; the probe is disabled",
                e);
    }
}
