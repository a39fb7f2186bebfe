package org.jkprobes.symbols;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.jkprobes.target.Symbol;
import org.junit.jupiter.api.Test;

class KernelSymbolsTest {
    private static final long BASE = 0x80100400L;

    private final KernelSymbols symbols = KernelSymbols.of(
            DataModel.LITTLE_32,
            List.of(
                    symbol("_stext", 0, 'T'),
                    symbol("run_init_process", 0x10, 't'),
                    symbol("kernel_clone", 0x100, 'T'),
                    symbol("__kernel_clone", 0x100, 'T'),
                    symbol("setup", 0x200, 't'),
                    symbol("weak_thing", 0x240, 'W'),
                    symbol("setup", 0x300, 't'),
                    symbol("_etext", 0x400, 'T'),
                    symbol("_sinittext", 0x2000, 'T'),
                    symbol("start_kernel", 0x2010, 'T'),
                    symbol("_einittext", 0x2100, 'T')));

    private static Symbol symbol(String name, long offset, char type) {
        return new Symbol(name, BASE + offset, 1, "", type);
    }

    @Test
    void sizesReachToTheNextAddress() {
        assertThat(symbols.find("run_init_process").orElseThrow().size()).isEqualTo(0xf0);
        assertThat(symbols.byName("__kernel_clone").getFirst().size()).isEqualTo(0x100);
        assertThat(symbols.find("kernel_clone").orElseThrow().size()).isEqualTo(0x100);
        assertThat(symbols.byName("setup")).extracting(Symbol::size).containsExactly(0x40L, 0x100L);
        assertThat(symbols.find("start_kernel").orElseThrow().size()).isEqualTo(0xf0);
    }

    @Test
    void locatesAddresses() {
        assertThat(symbols.describe(BASE + 0x1fc)).isEqualTo("kernel_clone+0xfc/0x100");
        assertThat(symbols.locate(BASE + 0x100).orElseThrow().shortForm()).isEqualTo("kernel_clone+0x0");
        // As a 32-bit register widened by sign has it.
        assertThat(symbols.describe(BASE + 0x2010 | -1L << 32)).isEqualTo("start_kernel+0x0/0xf0");
        assertThat(symbols.at(BASE + 0x400)).as("behind the text").isEmpty();
        assertThat(symbols.at(BASE + 0x1fff)).as("between text and init text").isEmpty();
        assertThat(symbols.at(BASE - 4)).isEmpty();
        assertThat(symbols.at(0)).isEmpty();
        assertThat(symbols.at(-4)).isEmpty();
        assertThat(symbols.describe(0x1234)).isEqualTo("0x00001234");
    }

    @Test
    void knowsText() {
        assertThat(symbols.isText(BASE)).isTrue();
        assertThat(symbols.isText(BASE + 0x3ff)).isTrue();
        assertThat(symbols.isText(BASE + 0x400)).isFalse();
        assertThat(symbols.isText(BASE + 0x20ff)).isTrue();
        assertThat(symbols.initText()).contains(new AddressRange(BASE + 0x2000, BASE + 0x2100));
    }

    @Test
    void resolvesPlaces() {
        assertThat(resolve("kernel_clone")).isEqualTo(BASE + 0x100);
        assertThat(resolve("kernel_clone+16")).isEqualTo(BASE + 0x110);
        assertThat(resolve("kernel_clone+0xfc")).isEqualTo(BASE + 0x1fc);
        assertThatThrownBy(() -> resolve("kernel_clone+0x100"))
                .isInstanceOf(SymbolException.class)
                .hasMessageContaining("leads out of kernel_clone");
        assertThatThrownBy(() -> resolve("setup"))
                .isInstanceOf(SymbolException.class)
                .hasMessageContaining("80100600");
        assertThatThrownBy(() -> resolve("nothing")).isInstanceOf(SymbolException.class);
        assertThatThrownBy(() -> resolve("loop:kernel_clone")).isInstanceOf(SymbolException.class);
    }

    private long resolve(String place) {
        return symbols.resolve(SymbolOffset.parse(place));
    }

    @Test
    void movesWithTheKernel() {
        KernelSymbols moved = symbols.relocated(0x10000);
        assertThat(moved.find("kernel_clone").orElseThrow().address()).isEqualTo(BASE + 0x10100);
        assertThat(moved.text().start()).isEqualTo(BASE + 0x10000);
        assertThat(moved.relocated(-0x10000).all())
                .containsExactlyElementsOf(symbols.all().toList());
    }

    @Test
    void takesModulesInAndLetsThemGo() {
        Symbol open = new Symbol("lo_open", 0xc0062010L, 1, "loop", 't');
        Symbol setup = new Symbol("setup", 0xc0062100L, 1, "loop", 't');
        AddressRange memory = new AddressRange(0xc0062000L, 0xc0063000L);
        KernelSymbols loaded =
                symbols.withModules(List.of(new KernelModule("loop", memory, List.of(memory), List.of(setup, open))));

        assertThat(loaded.describe(0xc0062014L)).isEqualTo("lo_open+0x4/0xf0 [loop]");
        assertThat(loaded.describe(0xc0062ffcL)).isEqualTo("setup+0xefc/0xf00 [loop]");
        assertThat(loaded.at(0xc0063000L)).isEmpty();
        assertThat(loaded.isText(0xc0062014L)).isTrue();
        assertThat(loaded.resolve(SymbolOffset.parse("loop:setup+0x10"))).isEqualTo(0xc0062110L);
        assertThat(loaded.byName("setup")).hasSize(3);
        assertThat(loaded.relocated(4).at(0xc0062014L)).isPresent();
        assertThat(loaded.withModules(List.of()).all())
                .containsExactlyElementsOf(symbols.all().toList());
    }

    @Test
    void addsWhatAnotherSourceKnows() {
        KernelSymbols more = symbols.with(List.of(
                symbol("kernel_clone", 0x100, 'T'),
                symbol("_data_alias", 0x3000, 'D'),
                symbol("init_task", 0x3000, 'D'),
                symbol("weak_alias", 0x3000, 'W'),
                symbol("_end", 0x4000, 'B')));
        assertThat(more.byName("kernel_clone")).hasSize(1);
        assertThat(more.describe(BASE + 0x3010)).isEqualTo("init_task+0x10/0x1000");
        assertThat(more.size()).isEqualTo(symbols.size() + 4);
        assertThat(more.isText(BASE + 0x3010)).isFalse();
    }

    @Test
    void readsPlaces() {
        assertThat(SymbolOffset.parse("do_one.isra.0+8")).isEqualTo(new SymbolOffset("", "do_one.isra.0", 8));
        assertThat(SymbolOffset.parse("loop:lo_open+0x10")).hasToString("loop:lo_open+0x10");
        assertThat(SymbolOffset.parse("x+0")).hasToString("x");
        for (String bad :
                List.of("", "+4", "x+", "x-4", "x+0x", "x+4z", "x y", "x+0xffffffffffffffff", "1x", "a:b:c", "x+\n")) {
            assertThatThrownBy(() -> SymbolOffset.parse(bad))
                    .as(bad)
                    .isInstanceOf(SymbolException.class)
                    .message()
                    .doesNotContain("\n");
        }
    }

    @Test
    void matchesPatterns() {
        assertThat(symbols.matching(new Glob("*clone"))).hasSize(2);
        assertThat(new Glob("sys_[gs]et*d").matches("sys_getppid")).isTrue();
        assertThat(new Glob("sys_[!gs]et*d").matches("sys_getppid")).isFalse();
        assertThat(new Glob("sys_[a-h]etp?id").matches("sys_getpgid")).isTrue();
        assertThat(new Glob("a*b*c").matches("aXbYbZc")).isTrue();
        assertThat(new Glob("a*b*c").matches("aXbYbZ")).isFalse();
        assertThat(new Glob("").matches("")).isTrue();
        assertThat(new Glob("x[").matches("x[")).isTrue();
        assertThat(new Glob("*".repeat(500) + "b").matches("a".repeat(5000))).isFalse();
    }
}
