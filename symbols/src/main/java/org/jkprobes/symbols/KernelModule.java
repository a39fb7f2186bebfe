package org.jkprobes.symbols;

import java.util.List;
import org.jkprobes.target.Symbol;

/**
 * A module loaded into a kernel.
 *
 * @param base where its core memory (its text first) begins
 * @param size bytes of that memory
 * @param symbols its symbols, {@link Symbol#module} set to its name, in the order of its symbol table
 */
public record KernelModule(String name, long base, long size, List<Symbol> symbols) {
    public KernelModule {
        symbols = List.copyOf(symbols);
    }

    public AddressRange range() {
        return new AddressRange(base, base + size);
    }
}
