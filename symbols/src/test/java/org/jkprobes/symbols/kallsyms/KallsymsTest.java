package org.jkprobes.symbols.kallsyms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jkprobes.symbols.AddressRange;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.KernelSpace;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.SymbolException;
import org.jkprobes.symbols.kallsyms.KallsymsEncoder.Form;
import org.jkprobes.symbols.kallsyms.KallsymsEncoder.Order;
import org.jkprobes.target.Symbol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KallsymsTest {
    record Kind(DataModel model, Order order, Form form, int markerWidth) {}

    static Stream<Kind> kinds() {
        List<Kind> kinds = new ArrayList<>();
        for (int word : new int[] {4, 8}) {
            for (ByteOrder bytes : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
                for (Order order : Order.values()) {
                    for (Form form : Form.values()) {
                        for (int markerWidth = 4; markerWidth <= word; markerWidth += 4) {
                            if (word == 8 || form != Form.RELATIVE_ABSOLUTE_PER_CPU) {
                                kinds.add(new Kind(new DataModel(word, bytes), order, form, markerWidth));
                            }
                        }
                    }
                }
            }
        }
        return kinds.stream();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void decodesEveryLayout(Kind kind) {
        for (int seed = 1; seed <= 2; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            boolean perCpu = kind.form == Form.RELATIVE_ABSOLUTE_PER_CPU;
            List<Symbol> symbols = SyntheticKernel.symbols(kind.model, 300 + random.nextInt(3000), perCpu, random);
            byte[] image =
                    new KallsymsEncoder(kind.model, kind.order, kind.form, kind.markerWidth).encode(symbols, random);
            KernelSymbols found = Kallsyms.inImage(image, kind.model);
            assertThat(found.all().map(KallsymsTest::unsized))
                    .as("seed %d", seed)
                    .containsExactlyElementsOf(symbols);
        }
    }

    @Test
    void findsTheRelocatedKernelInMemoryThoughTheLoadedImageLiesBelowIt() {
        SplittableRandom random = new SplittableRandom(7);
        KallsymsEncoder.Form form = Form.RELATIVE;
        List<Symbol> linked = SyntheticKernel.symbols(DataModel.LITTLE_32, 2000, false, random);
        List<Symbol> running = linked.stream()
                .map(s -> new Symbol(s.name(), s.address() + 0x230000, 1, "", s.type()))
                .toList();
        byte[] stale = encoder(form).encode(linked, new SplittableRandom(8));
        byte[] live = encoder(form).encode(running, new SplittableRandom(8));
        byte[] memory = new byte[24 << 20];
        System.arraycopy(stale, 0, memory, 0x100000, stale.length);
        System.arraycopy(live, 0, memory, 0x330000, live.length);
        long start = KernelSpace.MIPS32_LITTLE.search().start();
        AddressRange ram = new AddressRange(start, start + memory.length);
        // A hole in the map, as between the segments of a kernel.
        AddressRange hole = new AddressRange(start + 0x8000, start + 0x9000);

        KernelSymbols found = Kallsyms.inMemory(
                (address, into, offset, length) -> {
                    long end = address < hole.start() ? hole.start() : ram.end();
                    int count = !ram.contains(address) || hole.contains(address)
                            ? 0
                            : (int) Math.min(length, end - address);
                    System.arraycopy(memory, count == 0 ? 0 : (int) (address - start), into, offset, count);
                    return count;
                },
                KernelSpace.MIPS32_LITTLE);

        assertThat(found.all().map(KallsymsTest::unsized)).containsExactlyElementsOf(running);
    }

    @Test
    void choosesTheKernelThatRuns() {
        SplittableRandom random = new SplittableRandom(9);
        List<Symbol> symbols = SyntheticKernel.symbols(DataModel.LITTLE_32, 2000, false, random);
        byte[] image = encoder(Form.RELATIVE).encode(symbols, random);
        long start = KernelSpace.MIPS32_LITTLE.search().start();
        long pc = symbols.get(10).address();

        KernelSymbols found = Kallsyms.inMemory(reader(start, image), KernelSpace.MIPS32_LITTLE, pc);

        assertThat(found.size()).isEqualTo(symbols.size());
        assertThatThrownBy(() -> Kallsyms.inMemory(reader(start, image), KernelSpace.MIPS32_LITTLE, 0x9000_0000L))
                .isInstanceOf(SymbolException.class);
    }

    @Test
    void saysSoWhenThereAreNone() {
        byte[] noise = new byte[1 << 20];
        new SplittableRandom(3).nextBytes(noise);
        assertThatThrownBy(() -> Kallsyms.inImage(noise, DataModel.LITTLE_32))
                .isInstanceOf(SymbolException.class)
                .hasMessageContaining("kallsyms");
        assertThatThrownBy(() -> Kallsyms.inImage(new byte[0], DataModel.LITTLE_64))
                .isInstanceOf(SymbolException.class);
    }

    /** Nothing but symbols or a {@link SymbolException} comes of tables that were tampered with or cut. */
    @Test
    void survivesMutations() {
        List<Kind> kinds = kinds().toList();
        for (int seed = 1; seed <= 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Kind kind = kinds.get(random.nextInt(kinds.size()));
            List<Symbol> symbols = SyntheticKernel.symbols(kind.model, 600, false, random);
            byte[] image =
                    new KallsymsEncoder(kind.model, kind.order, kind.form, kind.markerWidth).encode(symbols, random);
            byte[] hostile = Mutations.of(image, random);
            try {
                assertThat(Kallsyms.inImage(hostile, kind.model).size()).isPositive();
            } catch (SymbolException expected) {
                assertThat(expected.getMessage()).doesNotContain("\n");
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static KallsymsEncoder encoder(Form form) {
        return new KallsymsEncoder(DataModel.LITTLE_32, Order.ADDRESSES_FIRST, form, 4);
    }

    private static org.jkprobes.symbols.MemoryReader reader(long start, byte[] memory) {
        return (address, into, offset, length) -> {
            int count = Math.clamp(start + memory.length - address, 0, length);
            System.arraycopy(memory, count == 0 ? 0 : (int) (address - start), into, offset, count);
            return count;
        };
    }

    private static Symbol unsized(Symbol symbol) {
        return new Symbol(symbol.name(), symbol.address(), 1, symbol.module(), symbol.type());
    }
}
