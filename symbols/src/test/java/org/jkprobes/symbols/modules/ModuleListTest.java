package org.jkprobes.symbols.modules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jkprobes.symbols.AddressRange;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.KernelModule;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.target.Symbol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ModuleListTest {
    /**
     * A kernel's ways.
     *
     * @param newMemory memory as since Linux 6.4
     * @param distances exports as since Linux 4.19 on some architectures
     * @param offset where struct module has its mod_kallsyms
     */
    record Kind(DataModel model, boolean newMemory, boolean distances, int offset) {
        long kernel() {
            return model.wordSize() == 4 ? 0x8010_0000L : 0xffff_ffff_8100_0000L;
        }

        long modules() {
            return model.wordSize() == 4 ? 0xc000_0000L : 0xffff_ffff_c000_0000L;
        }
    }

    static Stream<Kind> kinds() {
        List<Kind> kinds = new ArrayList<>();
        int offset = 160;
        for (DataModel model : List.of(DataModel.LITTLE_32, DataModel.BIG_32, DataModel.LITTLE_64, DataModel.BIG_64)) {
            for (boolean newMemory : new boolean[] {false, true}) {
                for (boolean distances : new boolean[] {false, true}) {
                    kinds.add(new Kind(model, newMemory, distances, offset));
                    offset += 48;
                }
            }
        }
        return kinds.stream();
    }

    private static KernelSymbols kernel(Kind kind, boolean namesData) {
        List<Symbol> symbols = new ArrayList<>();
        symbols.add(new Symbol("_stext", kind.kernel(), 1, "", 'T'));
        symbols.add(new Symbol("_etext", kind.kernel() + 0x4000, 1, "", 'T'));
        if (namesData) {
            symbols.add(new Symbol("modules", head(kind), 1, "", 'd'));
        }
        return KernelSymbols.of(kind.model(), symbols);
    }

    private static long head(Kind kind) {
        return kind.kernel() + 0x8120;
    }

    /** Puts modules into memory the way a kernel does, and says what must be found. */
    private static List<KernelModule> build(SparseMemory memory, Kind kind, int count) {
        int word = kind.model().wordSize();
        memory.map(kind.kernel(), 0x10000);
        // Other lists, whose members are no modules.
        memory.word(kind.kernel() + 0x7000, kind.modules() + 0x900_0000);
        memory.word(kind.kernel() + 0x7000 + word, kind.modules() + 0x900_0000);
        memory.word(kind.modules() + 0x900_0000, kind.kernel() + 0x7000);
        memory.word(kind.modules() + 0x900_0000 + word, kind.kernel() + 0x7000);
        List<KernelModule> modules = new ArrayList<>();
        long previous = head(kind);
        for (int i = 0; i < count; i++) {
            long base = kind.modules() + i * 0x10_0000L;
            long member = base + (kind.newMemory() ? 0x8040 : 0x5040);
            modules.add(module(memory, kind, "module_" + i, base, member));
            memory.word(previous, member + word);
            memory.word(member + 2L * word, previous);
            previous = member + word;
        }
        memory.word(previous, head(kind));
        memory.word(head(kind) + word, previous);
        return modules;
    }

    private static KernelModule module(SparseMemory memory, Kind kind, String name, long base, long member) {
        int word = kind.model().wordSize();
        memory.map(base, 0xc000);
        memory.string(member + 3L * word, name);
        AddressRange text = new AddressRange(base, base + 0x2000);
        List<AddressRange> areas = new ArrayList<>();
        long memoryAt = member + 1400;
        if (kind.newMemory()) {
            areas.add(text);
            areas.add(new AddressRange(base + 0x4000, base + 0x5000));
            for (AddressRange area : areas) {
                memory.word(memoryAt, area.start());
                memory.u32(memoryAt + word, area.length());
                memoryAt += 8L * word;
            }
        } else {
            areas.add(new AddressRange(base, base + 0x9000));
            memory.word(memoryAt, base);
            memory.u32(memoryAt + word, 0x9000);
            memory.u32(memoryAt + word + 4, text.length());
        }
        List<Symbol> symbols = List.of(
                new Symbol("local_one", base + 0x10, 1, name, 't'),
                new Symbol(name + "_exported", base + 0x100, 1, name, 'T'),
                new Symbol("shared", base + 0x200, 1, name, 't'),
                new Symbol("some_data", base + 0x4010, 1, name, 'd'));
        symbols(memory, kind, symbols, base + 0x7000, member + kind.offset());
        export(memory, kind, symbols.get(1), base + 0x6000, member + 1100);
        return new KernelModule(name, text, areas, symbols);
    }

    private static void symbols(SparseMemory memory, Kind kind, List<Symbol> symbols, long table, long kallsyms) {
        int word = kind.model().wordSize();
        int entry = word == 4 ? 16 : 24;
        long names = table + (long) entry * (symbols.size() + 1);
        long types = names
                + 1
                + symbols.stream().mapToInt(s -> s.name().length() + 1).sum();
        int nameOffset = 1;
        for (int i = 0; i < symbols.size(); i++) {
            long at = table + (long) entry * (i + 1);
            memory.u32(at, nameOffset);
            memory.word(at + (word == 4 ? 4 : 8), symbols.get(i).address());
            memory.string(names + nameOffset, symbols.get(i).name());
            memory.u8(types + i + 1, Character.toLowerCase(symbols.get(i).type()));
            nameOffset += symbols.get(i).name().length() + 1;
        }
        memory.u8(types, 'n');
        memory.word(kallsyms, table);
        memory.u32(kallsyms + word, symbols.size() + 1);
        memory.word(kallsyms + 2L * word, names);
        memory.word(kallsyms + 3L * word, types);
    }

    private static void export(SparseMemory memory, Kind kind, Symbol symbol, long table, long pointer) {
        int word = kind.model().wordSize();
        memory.word((pointer + word - 1) / word * word, table);
        memory.string(table + 0x100, symbol.name());
        if (kind.distances()) {
            memory.u32(table, symbol.address() - table);
            memory.u32(table + 4, table + 0x100 - (table + 4));
        } else {
            memory.word(table, symbol.address());
            memory.word(table + word, table + 0x100);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void findsModules(Kind kind) {
        for (int count : new int[] {1, 2, 7}) {
            SparseMemory memory = new SparseMemory(kind.model());
            List<KernelModule> expected = build(memory, kind, count);
            for (boolean namesData : new boolean[] {false, true}) {
                KernelSymbols kernel = kernel(kind, namesData);
                assertThat(ModuleList.read(memory, kernel))
                        .as("%d modules, data named: %s", count, namesData)
                        .isEqualTo(expected);
                KernelSymbols all = kernel.withModules(expected);
                assertThat(all.describe(kind.modules() + 0x104)).isEqualTo("module_0_exported+0x4/0x100 [module_0]");
            }
        }
    }

    @Test
    void findsNoneWhereThereAreNone() {
        Kind kind = new Kind(DataModel.LITTLE_32, false, false, 320);
        SparseMemory memory = new SparseMemory(kind.model());
        memory.map(kind.kernel(), 0x10000);
        memory.word(head(kind), head(kind));
        memory.word(head(kind) + 4, head(kind));
        assertThat(ModuleList.read(memory, kernel(kind, false))).isEmpty();
        assertThat(ModuleList.read(memory, kernel(kind, true))).isEmpty();
        assertThat(ModuleList.read((address, into, offset, length) -> 0, kernel(kind, true)))
                .isEmpty();
    }

    /** A guest may be stopped with its list half changed, and may mean ill. */
    @Test
    void survivesMutations() {
        List<Kind> kinds = kinds().toList();
        for (int seed = 1; seed <= 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Kind kind = kinds.get(random.nextInt(kinds.size()));
            SparseMemory memory = new SparseMemory(kind.model());
            List<KernelModule> built = build(memory, kind, 2);
            for (int i = 0; i < 3; i++) {
                long module = kind.modules() + random.nextInt(2) * 0x10_0000L;
                long start = random.nextBoolean() ? module + 0x7000 : module + (kind.newMemory() ? 0x8040 : 0x5040);
                memory.u8(start + random.nextInt(random.nextBoolean() ? 64 : 2000), random.nextInt(256));
            }
            KernelSymbols kernel = kernel(kind, random.nextBoolean());
            List<KernelModule> found;
            try {
                found = ModuleList.read(memory, kernel);
                assertThat(kernel.withModules(found).size()).isPositive();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
            assertThat(found).as("seed %d", seed).hasSizeLessThanOrEqualTo(built.size());
        }
    }
}
