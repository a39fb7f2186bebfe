package org.jkprobes.cli.session;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.jkprobes.gdb.target.GdbTarget;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.target.Symbol;

/** Finds how far a kernel has moved whose image is known: much sooner than by looking for its symbols in the guest's memory. */
final class LinkedSearch {
    /** Functions whose first bytes are the same wherever the kernel lies: they name nothing by its address. */
    private static final String[] LANDMARKS = {"kernel_clone", "_do_fork", "start_kernel"};

    private static final int LANDMARK_BYTES = 12;
    private static final long MOST_MOVED = 1 << 30;
    private static final long X86_ALIGNMENT = 2 << 20;
    /** {@code arch/mips/kernel/relocate.c}. */
    private static final long MIPS_ALIGNMENT = 64 << 10;

    private static final long MIPS_MOST_MOVED = 64 << 20;

    private final GdbTarget target;
    private final KernelSymbols linked;
    private final Symbol landmark;
    private final byte[] wanted = new byte[LANDMARK_BYTES];
    private final boolean mips;

    LinkedSearch(GdbTarget target, LinkedKernel kernel) {
        this.target = target;
        linked = kernel.symbols();
        mips = target.architecture().equals("mips");
        landmark = Stream.of(LANDMARKS)
                .flatMap(name -> linked.find(name).stream())
                .findFirst()
                .orElseGet(() -> linked.all().findFirst().orElseThrow());
        kernel.memory().read(landmark.address(), wanted, 0, LANDMARK_BYTES);
    }

    /** The symbols where they are; empty if the pc is not in the kernel. */
    Optional<KernelSymbols> around(long pc) {
        long step = mips ? MIPS_ALIGNMENT : X86_ALIGNMENT;
        long most = mips ? MIPS_MOST_MOVED : MOST_MOVED;
        // The text is no nearer than that to the pc.
        long first = (pc - linked.image().end()) / step * step;
        byte[] there = new byte[LANDMARK_BYTES];
        for (long moved = Math.max(0, first); moved < most && linked.text().start() + moved - pc <= 0; moved += step) {
            if (target.memory().read(landmark.address() + moved, there, 0, LANDMARK_BYTES) == LANDMARK_BYTES
                    && Arrays.equals(there, wanted)) {
                KernelSymbols here = moved == 0 ? linked : linked.relocated(moved);
                if (here.isText(pc)) {
                    return Optional.of(here);
                }
            }
        }
        return Optional.empty();
    }
}
