package org.jkprobes.machine.target;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.cpu.PutAside;
import org.jkprobes.machine.engine.NestedRun;
import org.jkprobes.target.GuestCalls;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Symbols;
import org.jspecify.annotations.Nullable;

/**
 * Guest calls on the embedded machine: the engine runs once more, inside the handler. Virtual time stands still, interrupts are held, and
 * the function is kept from giving the CPU away. It changes the guest all the same: its memory, its caches, its console.
 *
 * <p>A call that cannot finish is undone: memory, too, is as before, so that no lock stays taken; only what devices were told stays told.
 */
final class NestedCalls implements GuestCalls {
    private static final int MAX_DEPTH = 8;
    /** Instructions between looks at what may end a call from outside. */
    private static final long SLICE = 1_000_000;

    private final ProbedCpu cpu;
    private final CallConvention convention;
    private final Supplier<? extends Symbols> symbols;
    private final BooleanSupplier stopped;
    private @Nullable NestedCall innermost;
    private int depth;

    NestedCalls(
            ProbedCpu cpu, CallConvention convention, Supplier<? extends Symbols> symbols, BooleanSupplier stopped) {
        this.cpu = cpu;
        this.convention = convention;
        this.symbols = symbols;
        this.stopped = stopped;
    }

    @Override
    public Outcome call(PtRegs regs, long function, long budget, long... arguments) {
        return call(convention, regs, function, budget, arguments);
    }

    @Override
    public Outcome callOnStack(PtRegs regs, long function, long budget, long... arguments) {
        return call(convention.onStack(), regs, function, budget, arguments);
    }

    private Outcome call(CallConvention passing, PtRegs regs, long function, long budget, long... arguments) {
        if (depth == MAX_DEPTH) {
            return new Aborted(AbortCause.DEPTH, function);
        }
        Optional<CallConvention.Frame> possible = passing.frame(symbols.get(), regs, function, arguments.length);
        if (possible.isEmpty()) {
            return new Aborted(AbortCause.FAULT, regs.pc());
        }
        cpu.journal().cannotRepeat();
        cpu.changed();
        CallConvention.Frame frame = possible.get();
        CallWatches watches = CallWatches.of(cpu, symbols.get(), convention.dying(), frame.returnAddress());
        NestedRun run = new NestedRun(cpu);
        PutAside aside = convention.putAside();
        NestedCall outer = innermost;
        NestedCall call = new NestedCall(cpu, regs, convention, watches, frame.stackPointer());
        innermost = call;
        depth++;
        boolean returned = false;
        try {
            frame.enter(function, arguments);
            Outcome outcome = run(call, run, budget);
            returned = outcome instanceof Returned;
            return outcome;
        } finally {
            depth--;
            innermost = outer;
            watches.end();
            if (returned) {
                run.end();
                aside.putBack();
                frame.putBack();
            } else {
                run.undo();
                aside.undo();
            }
        }
    }

    private Outcome run(NestedCall call, NestedRun run, long budget) {
        while (true) {
            Optional<Outcome> outcome = call.outcome();
            if (outcome.isPresent()) {
                return outcome.get();
            }
            long left = budget - run.retired();
            if (cpu.waiting()) {
                return new Aborted(AbortCause.SLEPT, cpu.pc());
            }
            if (stopped.getAsBoolean() || Thread.currentThread().isInterrupted()) {
                return new Aborted(AbortCause.STOPPED, cpu.pc());
            }
            if (left <= 0 && !cpu.stepping()) {
                return new Aborted(AbortCause.BUDGET, cpu.pc());
            }
            run.run(Math.min(left, SLICE));
        }
    }

    /** Whether a call stops at this address. */
    boolean watches(long pc) {
        NestedCall call = innermost;
        return call != null && call.watches(pc);
    }

    /** The CPU is at an address that is watched; whether that means something for the call. */
    boolean reached() {
        NestedCall call = innermost;
        return call != null && call.reached();
    }
}
