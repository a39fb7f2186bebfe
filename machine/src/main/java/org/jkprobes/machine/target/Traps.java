package org.jkprobes.machine.target;

import org.jkprobes.machine.cpu.TrapHook;
import org.jkprobes.machine.cpu.mips.MipsAddress;
import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.machine.cpu.mips.MipsException;
import org.jkprobes.machine.engine.FetchOverlay;
import org.jkprobes.target.DieChain;
import org.jkprobes.target.DieEvent;
import org.jkprobes.target.Notify;

/** The CPU's exceptions, announced to the chain or to optimized probes. */
final class Traps implements TrapHook {
    private final MipsCpu cpu;
    private final MipsRegs regs;
    private final DieChain chain;
    private final OverlayProbes probes;
    private final NestedCalls calls;

    Traps(MipsCpu cpu, MipsRegs regs, DieChain chain, OverlayProbes probes, NestedCalls calls) {
        this.cpu = cpu;
        this.regs = regs;
        this.chain = chain;
        this.probes = probes;
        this.calls = calls;
    }

    @Override
    public boolean breakpoint(int code) {
        if (MipsAddress.isSlot(cpu.pc())) {
            return announce(DieEvent.SSTEPBP, code);
        }
        if (calls.watches(cpu.pc())) {
            return watched();
        }
        return announce(DieEvent.BREAK, code);
    }

    /** A watch of a guest call's: what else is there comes after it. */
    private boolean watched() {
        if (calls.reached()) {
            return true;
        }
        long physical = cpu.peek(cpu.pc());
        int probe = cpu.overlay().probeAt(physical, cpu.pc());
        if (probe == FetchOverlay.NONE && cpu.overlay().at(physical, cpu.pc()) != null) {
            return announce(DieEvent.BREAK, 0);
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
        return announce(event(exception), MipsException.code(exception));
    }

    @Override
    public void steppedInPlace() {
        cpu.stepping(false);
        announce(DieEvent.SSTEPBP, 0);
    }

    private boolean announce(DieEvent event, int trapnr) {
        boolean handled = chain.notifyDie(event, regs, trapnr) == Notify.STOP;
        cpu.stepping(handled && (cpu.steppingInPlace() || MipsAddress.isSlot(cpu.pc())));
        return handled;
    }

    @Override
    public Verdict probe(int number) {
        return probes.reached(number, regs);
    }

    @Override
    public boolean probeFault(int exception) {
        return probes.fault(event(exception), regs, MipsException.code(exception));
    }

    @Override
    public void probeStepped() {
        probes.done(regs);
    }

    private static DieEvent event(int exception) {
        if (MipsException.isRefill(exception)) {
            return DieEvent.REFILL;
        }
        return switch (MipsException.code(exception)) {
            case MipsException.TLB_LOAD, MipsException.TLB_STORE, MipsException.TLB_MODIFIED -> DieEvent.PAGE_FAULT;
            case MipsException.SYSCALL, MipsException.BREAKPOINT, MipsException.TRAP -> DieEvent.TRAP;
            default -> DieEvent.GPF;
        };
    }
}
