package org.jkprobes;

import org.jkprobes.target.DieEvent;
import org.jkprobes.target.Instrumentation;
import org.jkprobes.target.PtRegs;
import org.jspecify.annotations.Nullable;

/** The optimized path of one probe point: the same hit as on {@link HitPath}, with the target executing the instruction itself. */
@SuppressWarnings("ReferenceEquality") // points are identities
final class OptimizedHit implements Instrumentation.Callback {
    private final HitPath path;
    private final CpuState[] cpus;
    private final ProbePoint point;
    /** Whether the target calls {@link #after}. */
    private final boolean after;

    OptimizedHit(HitPath path, ProbePoint point, boolean after) {
        this.path = path;
        cpus = path.cpus();
        this.point = point;
        this.after = after;
    }

    @Override
    public boolean before(PtRegs regs) {
        CpuState cpu = cpus[regs.cpu()];
        boolean entered = cpu.enter();
        try {
            if (!after && cpu.atRest()) {
                Kprobe lone = point.lone();
                if (lone != null) {
                    return path.lone(cpu, lone, point.address, regs);
                }
            }
            Frame frame = path.begin(cpu, point, regs);
            if (frame == null) {
                return false;
            }
            frame.optimized = true;
            if (!after) {
                cpu.pop();
            }
            return true;
        } finally {
            cpu.exit(entered);
        }
    }

    @Override
    public void after(PtRegs regs) {
        CpuState cpu = cpus[regs.cpu()];
        boolean entered = cpu.enter();
        try {
            Frame frame = mine(cpu);
            if (frame != null) {
                path.end(cpu, frame, regs);
            }
        } finally {
            cpu.exit(entered);
        }
    }

    @Override
    public boolean fault(DieEvent event, PtRegs regs, int trapnr) {
        CpuState cpu = cpus[regs.cpu()];
        boolean entered = cpu.enter();
        try {
            Frame mine = mine(cpu);
            Frame frame = mine == null ? again(cpu, regs) : mine;
            if (event.comesBack()) {
                path.suspend(cpu, frame, regs);
                return false;
            }
            if (path.handled(cpu, frame, regs, trapnr)) {
                if (frame.step.atProbePoint(regs, point.address)) {
                    // The target will call before() once more; that is this hit going on.
                    path.suspend(cpu, frame, regs);
                } else {
                    cpu.pop();
                }
                return true;
            }
            path.lose(cpu, frame);
            return false;
        } finally {
            cpu.exit(entered);
        }
    }

    /** The frame of this hit, if it is not over. */
    private @Nullable Frame mine(CpuState cpu) {
        Frame frame = cpu.top();
        return frame != null && frame.optimized && frame.point == point && frame.phase == Frame.Phase.STEP
                ? frame
                : null;
    }

    /** The frame of a hit that was over after its pre-handlers: as it was, for all that matters without other handlers. */
    private Frame again(CpuState cpu, PtRegs regs) {
        Frame frame = cpu.push(point);
        frame.step.capture(regs);
        frame.phase = Frame.Phase.STEP;
        frame.optimized = true;
        frame.missed = cpu.handling();
        return frame;
    }
}
