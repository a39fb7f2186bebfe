package org.jkprobes.cli.session;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jkprobes.machine.Board;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.target.MipsTarget;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.MemoryReader;
import org.jkprobes.symbols.memory.MipsKernelMemory;
import org.jkprobes.symbols.unwind.MipsRegisters;
import org.jkprobes.symbols.unwind.MipsUnwinder;
import org.jkprobes.target.Symbols;
import org.jkprobes.target.Target;

/** A Malta, whose kernel lies in memory that needs no page tables. */
record ProbedMalta(Malta malta) implements ProbedBoard {
    private static final int V0 = 2;

    @Override
    public Machine machine() {
        return malta.machine();
    }

    @Override
    public Target target(Supplier<? extends Symbols> symbols) {
        return new MipsTarget(
                malta.cpu(), symbols, () -> malta.machine().board().stop() != Board.Stop.NONE);
    }

    @Override
    public MemoryReader kernelMemory(MemoryReader plain, KernelSymbols kernel) {
        MipsKernelMemory memory = new MipsKernelMemory(plain, kernel);
        malta.cpu().kernelPages(memory::physical);
        return memory;
    }

    @Override
    public Optional<Move> move(LinkedKernel kernel, KernelSymbols linked) {
        OptionalLong jump = Relocation.jump(linked, kernel.memory(), kernel.entry());
        return jump.isPresent()
                ? Optional.of(new Move(jump.getAsLong(), regs -> Relocation.delta(linked, regs.get(V0))))
                : Optional.empty();
    }

    /** Unmapped memory: it is there from the beginning. */
    @Override
    public OptionalLong found(Target target, LinkedKernel kernel, KernelSymbols expected, long delta) {
        return OptionalLong.of(0);
    }

    /** General registers, Status, LO, HI, BadVAddr, Cause, PC: what follows in the layout is the FPU, which this CPU lacks. */
    @Override
    public int shownRegisters() {
        return 38;
    }

    @Override
    public HitReporter.Unwinder unwinder(MemoryReader plain, KernelSymbols kernel) {
        MipsUnwinder unwinder = new MipsUnwinder(plain, kernel);
        return regs -> unwinder.unwind(MipsRegisters.of(regs));
    }
}
