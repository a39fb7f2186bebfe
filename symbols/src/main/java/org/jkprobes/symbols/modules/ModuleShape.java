package org.jkprobes.symbols.modules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jkprobes.symbols.AddressRange;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.KernelModule;
import org.jkprobes.symbols.memory.GuestWords;
import org.jkprobes.target.Symbol;

/**
 * Where in {@code struct module} a kernel has what names a module's symbols and memory. The offsets depend
 * on version and configuration, so they are found by what is there:
 *
 * <ul>
 *   <li>{@code struct mod_kallsyms}: a pointer to an ELF symbol table whose first entry is empty, the number
 *       of its entries, and pointers to its names and (since Linux 5.2) its type letters, in this order and
 *       not overlapping;
 *   <li>the memory: pairs of a page's address and a size, of which one holds the symbols that are text.
 *       {@code struct module_layout} before Linux 6.4 continues with the size of the text; later {@code
 *       struct module_memory} has text of its own.
 * </ul>
 *
 * @param symbols the offset of {@code struct mod_kallsyms} in {@code struct module}
 */
record ModuleShape(int symbols) {
    // struct module has had 300 bytes to 1.5 KiB.
    private static final int LARGEST = 2048;
    private static final int MOST_SYMBOLS = 1 << 20;
    private static final int LONGEST_NAME = 512;
    private static final long LARGEST_MEMORY = 256L << 20;

    /** The shape that makes sense of the module at {@code member}. */
    static Optional<ModuleShape> find(GuestWords words, DataModel model, long member) {
        int word = model.wordSize();
        for (int offset = 3 * word; offset < LARGEST; offset += word) {
            ModuleShape shape = new ModuleShape(offset);
            if (shape.table(words, model, member)
                    .filter(table -> table.isSound(words, model))
                    .isPresent()) {
                return Optional.of(shape);
            }
        }
        return Optional.empty();
    }

    /** {@code struct mod_kallsyms}. */
    private record Table(long symbols, long count, long names, long types) {
        private static int entrySize(DataModel model) {
            return model.wordSize() == 4 ? 16 : 24;
        }

        boolean isPlausible(DataModel model) {
            int word = model.wordSize();
            return count > 0
                    && count < MOST_SYMBOLS
                    && symbols % word == 0
                    && Long.compareUnsigned(symbols, 0x4000_0000L) > 0
                    && names - symbols >= count * entrySize(model)
                    && names - symbols < LARGEST_MEMORY
                    && types > names
                    && types - names < LARGEST_MEMORY;
        }

        /** The first symbol and its name are empty; all others have names, and types that are letters. */
        boolean isSound(GuestWords words, DataModel model) {
            int word = model.wordSize();
            if (!isPlausible(model) || words.u8(names) != 0) {
                return false;
            }
            for (int i = 0; i < entrySize(model) / word; i++) {
                if (words.word(symbols + (long) i * word).orElse(-1) != 0) {
                    return false;
                }
            }
            for (int i = 1; i < count; i++) {
                if (symbol(words, model, i, "").isEmpty()) {
                    return false;
                }
            }
            return true;
        }

        Optional<Symbol> symbol(GuestWords words, DataModel model, int number, String module) {
            long entry = symbols + (long) number * entrySize(model);
            long value = words.word(entry + (model.wordSize() == 4 ? 4 : 8)).orElse(0);
            Optional<String> name = words.string(names + words.u32(entry).orElse(0), LONGEST_NAME);
            int type = words.u8(types + number);
            boolean letter = Character.isLetter(type) && type < 0x80 || type == '?';
            return name.filter(text -> letter && text.chars().allMatch(c -> c > ' '))
                    .map(text -> new Symbol(text, value, 1, module, (char) type));
        }
    }

    private Optional<Table> table(GuestWords words, DataModel model, long member) {
        int word = model.wordSize();
        long at = member + symbols;
        Table table = new Table(
                words.word(at).orElse(0),
                words.u32(at + word).orElse(0),
                words.word(at + 2L * word).orElse(0),
                words.word(at + 3L * word).orElse(0));
        return table.isPlausible(model) ? Optional.of(table) : Optional.empty();
    }

    /** The module at {@code member}, if it can be read this way. */
    Optional<KernelModule> read(GuestWords words, DataModel model, long member, String name) {
        return table(words, model, member)
                .filter(table -> table.isSound(words, model))
                .flatMap(table -> {
                    List<Symbol> found = new ArrayList<>();
                    for (int i = 1; i < table.count(); i++) {
                        table.symbol(words, model, i, name)
                                .filter(symbol -> !symbol.name().isEmpty())
                                .ifPresent(found::add);
                    }
                    return module(words, model, member, name, Exports.marked(found, words, model, member, LARGEST));
                });
    }

    private static Optional<KernelModule> module(
            GuestWords words, DataModel model, long member, String name, List<Symbol> symbols) {
        int word = model.wordSize();
        List<AddressRange> memory = new ArrayList<>();
        Optional<AddressRange> text = Optional.empty();
        for (int offset = 3 * word; offset < LARGEST; offset += word) {
            long base = words.word(member + offset).orElse(0);
            long size = words.u32(member + offset + word).orElse(0);
            AddressRange range = new AddressRange(base, base + size);
            boolean used = base != 0
                    && base % GuestWords.PAGE == 0
                    && size > 0
                    && size <= LARGEST_MEMORY
                    && symbols.stream().anyMatch(symbol -> range.contains(symbol.address()));
            if (used && memory.stream().noneMatch(known -> known.contains(base))) {
                memory.add(range);
            }
            if (used && text.isEmpty() && symbols.stream().anyMatch(symbol -> isTextIn(symbol, range))) {
                text = Optional.of(textOf(words, member + offset + word + 4, range, member));
            }
        }
        return text.map(range -> new KernelModule(name, range, memory, symbols));
    }

    private static boolean isTextIn(Symbol symbol, AddressRange range) {
        return (symbol.type() == 't' || symbol.type() == 'T') && range.contains(symbol.address());
    }

    /** Where one piece of memory holds all, {@code struct module} itself included, text is its beginning. */
    private static AddressRange textOf(GuestWords words, long textSize, AddressRange memory, long member) {
        long size = words.u32(textSize).orElse(0);
        boolean all = memory.contains(member) && size > 0 && size <= memory.length();
        return all ? new AddressRange(memory.start(), memory.start() + size) : memory;
    }
}
