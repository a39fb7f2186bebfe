package org.jkprobes.symbols;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jkprobes.target.Symbol;

/**
 * Where the kernel itself lies, told by the names its linker script gives.
 *
 * @param text {@code _stext} to {@code _etext}
 * @param initText {@code _sinittext} to {@code _einittext}
 * @param whole {@code _stext} to {@code _end}, when the symbols list data as well
 */
record KernelExtent(AddressRange text, Optional<AddressRange> initText, Optional<AddressRange> whole) {
    /** @param sorted by address, at least one */
    static KernelExtent of(Symbol[] sorted) {
        Map<String, Long> borders = new HashMap<>();
        for (Symbol symbol : sorted) {
            switch (symbol.name()) {
                case "_stext", "_etext", "_sinittext", "_einittext", "_end" ->
                    borders.putIfAbsent(symbol.name(), symbol.address());
                default -> {}
            }
        }
        return new KernelExtent(
                range(borders, "_stext", "_etext").orElseGet(() -> textSymbols(sorted)),
                range(borders, "_sinittext", "_einittext"),
                range(borders, "_stext", "_end"));
    }

    private static Optional<AddressRange> range(Map<String, Long> borders, String start, String end) {
        Long low = borders.get(start);
        Long high = borders.get(end);
        return low == null || high == null || Long.compareUnsigned(low, high) >= 0
                ? Optional.empty()
                : Optional.of(new AddressRange(low, high));
    }

    private static AddressRange textSymbols(Symbol[] sorted) {
        int first = 0;
        while (first < sorted.length - 1 && !SymbolType.isText(sorted[first].type())) {
            first++;
        }
        int last = sorted.length - 1;
        while (last > first && !SymbolType.isText(sorted[last].type())) {
            last--;
        }
        return new AddressRange(sorted[first].address(), sorted[last].address() + 1);
    }

    boolean covers(long address) {
        return text.contains(address)
                || initText.filter(range -> range.contains(address)).isPresent()
                || whole.filter(range -> range.contains(address)).isPresent();
    }

    /** Where the part of the kernel ends that the address lies in, or nothing if it lies in none. */
    Optional<Long> endAround(long address) {
        return Stream.of(Optional.of(text), initText, whole)
                .flatMap(Optional::stream)
                .filter(range -> range.contains(address))
                .map(AddressRange::end)
                .findFirst();
    }
}
