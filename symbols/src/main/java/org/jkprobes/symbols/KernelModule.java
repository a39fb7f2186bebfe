package org.jkprobes.symbols;

import java.util.List;
import org.jkprobes.target.Symbol;

/**
 * A module loaded into a kernel.
 *
 * @param text where its code is
 * @param memory all of its memory that its symbols lie in, text included
 * @param symbols its symbols, {@link Symbol#module} set to its name, in the order of its symbol table
 */
public record KernelModule(String name, AddressRange text, List<AddressRange> memory, List<Symbol> symbols) {
    public KernelModule {
        memory = List.copyOf(memory);
        symbols = List.copyOf(symbols);
    }
}
