package org.jkprobes.symbols;

import org.jkprobes.target.Symbol;

/**
 * An address told as a symbol and a distance from it.
 *
 * @param offset bytes from the symbol's address; 0 is the symbol itself
 */
public record Location(Symbol symbol, long offset) {
    public long address() {
        return symbol.address() + offset;
    }

    /** {@code name+0x10}, with {@code  [module]} behind it for a module's symbol; always with an offset. */
    public String shortForm() {
        return symbol.name() + "+0x" + Long.toHexString(offset) + moduleSuffix();
    }

    /** As in kernel call traces: {@code name+0x10/0x58}, with {@code  [module]} behind it. */
    @Override
    public String toString() {
        return "%s+0x%x/0x%x%s".formatted(symbol.name(), offset, symbol.size(), moduleSuffix());
    }

    private String moduleSuffix() {
        return symbol.module().isEmpty() ? "" : " [" + symbol.module() + "]";
    }
}
