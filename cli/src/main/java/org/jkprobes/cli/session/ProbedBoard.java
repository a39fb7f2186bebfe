package org.jkprobes.cli.session;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jkprobes.machine.Machine;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.MemoryReader;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Symbols;
import org.jkprobes.target.Target;

/** A board as far as probes on its guest differ from those on others. */
interface ProbedBoard {
    Machine machine();

    /** The guest as a target; called once. */
    Target target(Supplier<? extends Symbols> symbols);

    /**
     * The kernel's memory, also what only its page tables map. The target's own memory is {@code plain}.
     *
     * @param kernel symbols of the running kernel
     */
    MemoryReader kernelMemory(MemoryReader plain, KernelSymbols kernel);

    /**
     * Where a kernel that moves itself finds out how far.
     *
     * @param address of an instruction it executes once, early, at the address it is linked for
     * @param delta how far, by the registers there
     */
    record Move(long address, ToLongFunction<PtRegs> delta) {}

    /** Empty for a kernel that does not move itself. */
    Optional<Move> move(LinkedKernel kernel, KernelSymbols linked);

    /**
     * How far the running kernel is from where it is expected, once its text is there, so that breakpoints can be put on it; empty as long
     * as it is not.
     *
     * @param expected symbols as far as is known
     * @param delta how far those are from where it is linked
     */
    OptionalLong found(Target target, LinkedKernel kernel, KernelSymbols expected, long delta);

    /** Registers that a hit shows, from the first on. */
    int shownRegisters();

    /** Unwinds the kernel's stack. */
    HitReporter.Unwinder unwinder(MemoryReader plain, KernelSymbols kernel);
}
