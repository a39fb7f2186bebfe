package org.jkprobes.machine.target;

import java.util.Optional;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.target.GuestCalls.AbortCause;
import org.jkprobes.target.GuestCalls.Aborted;
import org.jkprobes.target.GuestCalls.Outcome;
import org.jkprobes.target.GuestCalls.Returned;
import org.jkprobes.target.PtRegs;
import org.jspecify.annotations.Nullable;

/** One guest call on its way. */
final class NestedCall {
    private final ProbedCpu cpu;
    private final PtRegs regs;
    private final CallConvention convention;
    private final CallWatches watches;
    private final long stackPointer;
    private @Nullable Outcome outcome;

    /** @param stackPointer when it has returned */
    NestedCall(ProbedCpu cpu, PtRegs regs, CallConvention convention, CallWatches watches, long stackPointer) {
        this.cpu = cpu;
        this.regs = regs;
        this.convention = convention;
        this.watches = watches;
        this.stackPointer = stackPointer;
    }

    /** How it has ended, if it has. */
    Optional<Outcome> outcome() {
        return Optional.ofNullable(outcome);
    }

    boolean watches(long pc) {
        return watches.has(pc);
    }

    /** The CPU is at a watched address; whether that means something for this call. */
    boolean reached() {
        long pc = cpu.pc();
        if (pc == watches.offering()) {
            // Preemption is held: the offer is turned down.
            convention.answer(0);
            return true;
        }
        if (pc == watches.scheduling()) {
            return end(new Aborted(AbortCause.SLEPT, pc));
        }
        int dying = watches.dying().indexOf(pc);
        if (dying >= 0) {
            int registers = convention.dying().get(dying).registers();
            return end(new Aborted(AbortCause.FAULT, convention.exceptionPc(registers)));
        }
        if (pc == watches.panicking()) {
            return end(new Aborted(AbortCause.FAULT, convention.caller()));
        }
        if (watches.stopping().contains(pc)) {
            return end(new Aborted(AbortCause.STOPPED, convention.caller()));
        }
        return regs.stackPointer() == stackPointer && end(new Returned(convention.result()));
    }

    private boolean end(Outcome how) {
        outcome = how;
        cpu.requestAttention();
        return true;
    }
}
