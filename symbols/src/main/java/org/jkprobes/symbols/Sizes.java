package org.jkprobes.symbols;

import java.util.List;
import java.util.Optional;
import org.jkprobes.target.Symbol;

/**
 * Gives symbols their sizes the way kallsyms does: up to the next symbol of the kernel, or of the same
 * module, at another address; the last one up to the end of its text or module. Where that is not
 * known the size is 1.
 */
final class Sizes {
    private Sizes() {}

    /** @param sorted by address; a new array comes back */
    static Symbol[] of(Symbol[] sorted, KernelExtent extent, List<KernelModule> modules) {
        Symbol[] sized = new Symbol[sorted.length];
        long following = 0;
        boolean any = false;
        for (int i = sorted.length - 1; i >= 0; i--) {
            Symbol symbol = sorted[i];
            if (i + 1 < sorted.length && sorted[i + 1].address() != symbol.address()) {
                following = sorted[i + 1].address();
                any = true;
            }
            long end = end(symbol, any ? Optional.of(following) : Optional.empty(), extent, modules);
            long size = Math.max(1, end - symbol.address());
            sized[i] = new Symbol(symbol.name(), symbol.address(), size, symbol.module(), symbol.type());
        }
        return sized;
    }

    private static long end(Symbol symbol, Optional<Long> next, KernelExtent extent, List<KernelModule> modules) {
        long address = symbol.address();
        Optional<Long> limit = symbol.module().isEmpty()
                ? extent.endAround(address)
                : modules.stream()
                        .flatMap(module -> module.memory().stream())
                        .filter(range -> range.contains(address))
                        .map(AddressRange::end)
                        .findFirst();
        if (limit.isPresent()) {
            return next.filter(n -> Long.compareUnsigned(n, limit.get()) < 0).orElse(limit.get());
        }
        // Per-CPU offsets and the like: what follows may be the kernel itself, far away.
        return next.filter(n -> !extent.covers(n)).orElse(address + 1);
    }
}
