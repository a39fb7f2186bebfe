package org.jkprobes.cli.session;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jkprobes.arch.x86.X86Layout;
import org.jkprobes.images.KernelImage;
import org.jkprobes.machine.Board;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.board.pc.Pc;
import org.jkprobes.machine.target.X86Target;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.MemoryReader;
import org.jkprobes.symbols.unwind.X86Unwinder;
import org.jkprobes.target.Symbol;
import org.jkprobes.target.Symbols;
import org.jkprobes.target.Target;

/** A PC, whose kernel lies in memory that its first instructions map. */
record ProbedPc(Pc pc, X86Layout layout) implements ProbedBoard {
    /** Functions whose first bytes are the same wherever the kernel lies: they name nothing by its address. */
    private static final String[] LANDMARKS = {"kernel_clone", "_do_fork", "start_kernel"};

    private static final int LANDMARK_BYTES = 12;
    /** {@code CONFIG_PHYSICAL_ALIGN} is a multiple of it. */
    private static final long ALIGNMENT = 2 << 20;
    /** What KASLR has to choose from. */
    private static final long MOST_MOVED = 1 << 30;

    @Override
    public Machine machine() {
        return pc.machine();
    }

    @Override
    public Target target(Supplier<? extends Symbols> symbols) {
        return new X86Target(
                pc.cpu(), layout, symbols, () -> pc.machine().board().stop() != Board.Stop.NONE);
    }

    /** The CPU walks the page tables itself. */
    @Override
    public MemoryReader kernelMemory(MemoryReader plain, KernelSymbols kernel) {
        return plain;
    }

    /** Who boots the kernel moves it, and says how far; or it moves itself, and nobody says. */
    @Override
    public Optional<Move> move(LinkedKernel kernel, KernelSymbols linked) {
        return Optional.empty();
    }

    @Override
    public OptionalLong found(Target target, LinkedKernel kernel, KernelSymbols expected, long delta) {
        // Before the kernel's own page tables are there, anything may be at its addresses.
        if (Long.compareUnsigned(pc.cpu().rip(), expected.text().start() & -MOST_MOVED) < 0) {
            return OptionalLong.empty();
        }
        long most = kernel.image().kind() == KernelImage.Kind.LOADER ? MOST_MOVED : ALIGNMENT;
        Optional<Symbol> landmark = Stream.of(LANDMARKS)
                .flatMap(name -> expected.find(name).stream())
                .findFirst();
        if (landmark.isEmpty()) {
            return OptionalLong.of(0);
        }
        byte[] wanted = new byte[LANDMARK_BYTES];
        kernel.memory().read(landmark.get().address() - delta, wanted, 0, LANDMARK_BYTES);
        byte[] there = new byte[LANDMARK_BYTES];
        for (long moved = 0; moved < most; moved += ALIGNMENT) {
            long address = landmark.get().address() + moved;
            if (target.memory().read(address, there, 0, LANDMARK_BYTES) == LANDMARK_BYTES
                    && Arrays.equals(there, wanted)) {
                return OptionalLong.of(moved);
            }
        }
        return OptionalLong.empty();
    }

    @Override
    public int shownRegisters() {
        return layout.names().size();
    }

    @Override
    public HitReporter.Unwinder unwinder(MemoryReader plain, KernelSymbols kernel) {
        return new X86Unwinder(plain, kernel)::unwind;
    }
}
