package org.jkprobes.symbols.modules;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.memory.GuestWords;
import org.jkprobes.target.Symbol;

/**
 * The symbols a module exports; {@code /proc/kallsyms} gives them capital letters. {@code struct module}
 * points to tables of {@code struct kernel_symbol}, which begins with the symbol's address and name, each a
 * pointer or the 32-bit distance to it (include/linux/export.h).
 */
final class Exports {
    private static final int MOST = 1 << 16;
    private static final int LONGEST_NAME = 512;

    private final GuestWords words;
    private final DataModel model;
    private final Map<String, Long> addresses = new HashMap<>();

    private Exports(GuestWords words, DataModel model, List<Symbol> symbols) {
        this.words = words;
        this.model = model;
        symbols.forEach(symbol -> addresses.put(symbol.name(), symbol.address()));
    }

    /** The symbols with those that are exported in capitals, the others in small letters. */
    static List<Symbol> marked(List<Symbol> symbols, GuestWords words, DataModel model, long member, int size) {
        Exports exports = new Exports(words, model, symbols);
        Set<String> names = new HashSet<>();
        for (int offset = 3 * model.wordSize(); offset < size; offset += model.wordSize()) {
            long table = words.word(member + offset).orElse(0);
            exports.collect(table, true, names);
            exports.collect(table, false, names);
        }
        return symbols.stream()
                .map(s -> new Symbol(
                        s.name(),
                        s.address(),
                        s.size(),
                        s.module(),
                        names.contains(s.name()) ? Character.toUpperCase(s.type()) : Character.toLowerCase(s.type())))
                .toList();
    }

    /** As long as there are entries that name symbols of this module at their addresses. */
    private void collect(long table, boolean distances, Set<String> names) {
        // Value, name, namespace (since Linux 5.4; some older configurations have two fields).
        int field = distances ? 4 : model.wordSize();
        for (int fields = 3; fields >= 2; fields--) {
            long entry = table;
            int count = 0;
            while (count++ < MOST && take(entry, field, distances, names)) {
                entry += (long) fields * field;
            }
        }
    }

    private boolean take(long entry, int field, boolean distances, Set<String> names) {
        long address = target(entry, distances);
        if (address == 0) {
            return false;
        }
        String name =
                words.string(target(entry + field, distances), LONGEST_NAME).orElse("");
        Long known = addresses.get(name);
        if (known == null || known != address) {
            return false;
        }
        names.add(name);
        return true;
    }

    private long target(long field, boolean distance) {
        if (!distance) {
            return words.word(field).orElse(0);
        }
        int offset = (int) words.u32(field).orElse(0);
        return offset == 0 ? 0 : model.address(field + offset);
    }
}
