package org.jkprobes.gdb.target;

import java.util.Optional;
import java.util.function.LongFunction;
import org.jkprobes.symbols.KernelSymbols;
import org.jspecify.annotations.Nullable;

/**
 * Waits until a kernel stays where it is: a MIPS kernel that moves itself ({@code arch/mips/kernel/relocate.c}) first runs where it was
 * loaded, for some hundredths of a second. Others have been moved by what has unpacked them.
 */
public final class SettledKernel {
    private static final String MOVES = "relocate_kernel";
    /** Looks, a hundredth of a second apart or more, at which the pc has to be in the same kernel. */
    private static final int LOOKS = 12;

    private final LongFunction<Optional<KernelSymbols>> search;
    private @Nullable KernelSymbols candidate;
    private int seen;

    /** Of a way to find the kernel whose text a pc is in. */
    public SettledKernel(LongFunction<Optional<KernelSymbols>> search) {
        this.search = search;
    }

    /** The kernel, if it is certain now; to be asked now and then while the guest runs. */
    public Optional<KernelSymbols> around(long pc) {
        KernelSymbols known = candidate;
        if (known != null && known.isText(pc)) {
            return ++seen < LOOKS ? Optional.empty() : Optional.of(known);
        }
        Optional<KernelSymbols> found = search.apply(pc);
        if (found.isEmpty() || found.get().find(MOVES).isEmpty()) {
            return found;
        }
        candidate = found.get();
        seen = 0;
        return Optional.empty();
    }
}
