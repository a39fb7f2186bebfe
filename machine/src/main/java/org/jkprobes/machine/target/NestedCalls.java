package org.jkprobes.machine.target;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.machine.cpu.mips.MipsPutAside;
import org.jkprobes.machine.cpu.mips.MipsSlots;
import org.jkprobes.machine.engine.NestedRun;
import org.jkprobes.target.GuestCalls;
import org.jkprobes.target.Memory;
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

    private static final long KERNEL = 0x80000000L;

    private final MipsCpu cpu;
    private final Memory memory;
    private final Supplier<? extends Symbols> symbols;
    private final BooleanSupplier stopped;
    private @Nullable NestedCall innermost;
    private int depth;

    NestedCalls(MipsCpu cpu, Memory memory, Supplier<? extends Symbols> symbols, BooleanSupplier stopped) {
        this.cpu = cpu;
        this.memory = memory;
        this.symbols = symbols;
        this.stopped = stopped;
    }

    @Override
    public Outcome call(PtRegs regs, long function, long budget, long... arguments) {
        if (depth == MAX_DEPTH) {
            return new Aborted(AbortCause.DEPTH, function);
        }
        if (regs.stackPointer() < KERNEL || cpu.slot(MipsSlots.GP) < KERNEL) {
            // An exception's first instructions: there is no kernel stack yet.
            return new Aborted(AbortCause.FAULT, regs.pc());
        }
        CallFrame frame = CallFrame.of(memory, symbols.get(), regs);
        Optional<byte[]> kept = frame.keep(memory, arguments.length);
        if (kept.isEmpty()) {
            return new Aborted(AbortCause.FAULT, regs.pc());
        }
        CallWatches watches = CallWatches.of(cpu, symbols.get(), frame.returnAddress());
        NestedRun run = new NestedRun(cpu);
        frame.write(memory, regs, arguments);
        MipsPutAside aside = new MipsPutAside(cpu);
        NestedCall outer = innermost;
        NestedCall call = new NestedCall(cpu, memory, watches, frame.stackPointer());
        innermost = call;
        depth++;
        boolean returned = false;
        try {
            call.enter(function, arguments);
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
                frame.putBack(memory, kept.get());
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
