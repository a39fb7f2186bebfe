package org.jkprobes.target;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The symbols of a target without symbols. */
enum NoSymbols implements Symbols {
    NONE;

    @Override
    public List<Symbol> byName(String name) {
        return List.of();
    }

    @Override
    public Optional<Symbol> at(long address) {
        return Optional.empty();
    }

    @Override
    public boolean isText(long address) {
        return true;
    }

    @Override
    public Stream<Symbol> all() {
        return Stream.of();
    }
}
