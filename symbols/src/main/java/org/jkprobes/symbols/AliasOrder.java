package org.jkprobes.symbols;

import java.util.Comparator;
import org.jkprobes.target.Symbol;

/**
 * The order kallsyms gives symbols: by address, and of several at one address first the one a reader
 * expects to see (scripts/kallsyms.c, compare_symbols): strong before weak, names of code and data
 * before those a linker script makes, few leading underscores before many. Elsewhere equal.
 */
final class AliasOrder {
    private static final Comparator<Symbol> BY_ADDRESS = (a, b) -> Long.compareUnsigned(a.address(), b.address());

    /** Stable sorts only: what it takes for equal shall stay in the order of its source. */
    static final Comparator<Symbol> INSTANCE = BY_ADDRESS
            .thenComparing(symbol -> SymbolType.isWeak(symbol.type()))
            .thenComparing(symbol -> isFromLinkerScript(symbol.name()))
            .thenComparingInt(symbol -> leadingUnderscores(symbol.name()));

    private AliasOrder() {}

    private static boolean isFromLinkerScript(String name) {
        return name.startsWith("__start_")
                || name.startsWith("__stop_")
                || name.startsWith("__end_")
                || name.endsWith("_start")
                || name.endsWith("_end");
    }

    private static int leadingUnderscores(String name) {
        int count = 0;
        while (count < name.length() && name.charAt(count) == '_') {
            count++;
        }
        return count;
    }
}
