package org.jkprobes.symbols.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.SymbolException;
import org.jkprobes.symbols.kallsyms.Mutations;
import org.jkprobes.target.Symbol;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SymbolFileTest {
    private static final long BASE = 0x80100400L;

    @TempDir
    private Path folder;

    private static List<Symbol> fileSymbols(DataModel model) {
        long high = model.wordSize() == 8 ? 0xffff_ffff_0000_0000L : 0;
        List<Symbol> symbols = new ArrayList<>();
        symbols.add(new Symbol("per_cpu_counter", 0x40, 1, "", 'A'));
        symbols.add(new Symbol("_stext", high | BASE, 1, "", 'T'));
        for (int i = 0; i < 100; i++) {
            symbols.add(new Symbol("function_" + i, high | BASE + 0x40L * i, 1, "", i % 3 == 0 ? 't' : 'T'));
        }
        symbols.add(new Symbol("weak_function", high | BASE + 0x1900, 1, "", 'W'));
        symbols.add(new Symbol("_etext", high | BASE + 0x2000, 1, "", 'T'));
        symbols.add(new Symbol("linux_banner", high | BASE + 0x3000, 1, "", 'R'));
        symbols.add(new Symbol("init_task", high | BASE + 0x4000, 1, "", 'D'));
        symbols.add(new Symbol("jiffies_cache", high | BASE + 0x5000, 1, "", 'b'));
        symbols.add(new Symbol("_end", high | BASE + 0x6000, 1, "", 'B'));
        return symbols;
    }

    private static KernelSymbols functionsOnly(DataModel model, long delta) {
        return KernelSymbols.of(
                        model,
                        fileSymbols(model).stream()
                                .filter(symbol -> Character.toUpperCase(symbol.type()) == 'T')
                                .toList())
                .relocated(delta);
    }

    private static String map(List<Symbol> symbols, DataModel model) {
        return symbols.stream()
                .map(s -> model.format(s.address()) + " " + s.type() + " " + s.name() + "\n")
                .collect(Collectors.joining());
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("symbols"), bytes);
    }

    private SymbolFile readMap(String text) throws IOException {
        return SymbolFile.read(file(text.getBytes(StandardCharsets.UTF_8)), DataModel.LITTLE_32);
    }

    @Test
    void readsSystemMaps() throws IOException {
        List<Symbol> symbols = fileSymbols(DataModel.LITTLE_32);
        String text = map(symbols, DataModel.LITTLE_32);
        assertThat(readMap(text).symbols()).isEqualTo(symbols);
        assertThat(readMap(text.replace("\n", "\r\n").stripTrailing()).symbols())
                .isEqualTo(symbols);
        assertThat(readMap(text + "c0062000 t lo_open\t[loop]\n").symbols()).isEqualTo(symbols);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void readsElf(boolean wide) throws IOException {
        for (DataModel model : wide
                ? List.of(DataModel.LITTLE_64, DataModel.BIG_64)
                : List.of(DataModel.LITTLE_32, DataModel.BIG_32)) {
            List<Symbol> symbols = fileSymbols(model);
            Path elf = file(ElfWriter.write(symbols, model));
            assertThat(SymbolFile.read(elf, model).symbols()).isEqualTo(symbols);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 0x230000, -0x10000})
    void addsDataWhereTheKernelRuns(long delta) throws IOException {
        for (DataModel model : List.of(DataModel.LITTLE_32, DataModel.LITTLE_64)) {
            KernelSymbols kernel = functionsOnly(model, delta);
            SymbolFile file = SymbolFile.read(file(ElfWriter.write(fileSymbols(model), model)), model);
            KernelSymbols more = file.addedTo(kernel);
            long start = kernel.find("_stext").orElseThrow().address();
            assertThat(more.describe(start + 0x4010)).isEqualTo("init_task+0x10/0x1000");
            assertThat(more.find("per_cpu_counter").orElseThrow().address()).isEqualTo(0x40);
            assertThat(more.byName("function_7")).hasSize(1);
            assertThat(more.size()).isEqualTo(fileSymbols(model).size());
        }
    }

    @Test
    void refusesAnotherKernelsFile() throws IOException {
        List<Symbol> other = fileSymbols(DataModel.LITTLE_32).stream()
                .map(s -> s.name().compareTo("function_2") > 0 && s.name().startsWith("function")
                        ? new Symbol(s.name(), s.address() + 4, 1, "", s.type())
                        : s)
                .toList();
        SymbolFile file = readMap(map(other, DataModel.LITTLE_32));
        assertThatThrownBy(() -> file.addedTo(functionsOnly(DataModel.LITTLE_32, 0)))
                .isInstanceOf(SymbolException.class)
                .hasMessageContaining("does not belong to this kernel");
        SymbolFile unrelated = readMap("80100000 T something\n");
        assertThatThrownBy(() -> unrelated.addedTo(functionsOnly(DataModel.LITTLE_32, 0)))
                .isInstanceOf(SymbolException.class)
                .hasMessageContaining("_stext");
    }

    @Test
    void saysInOneLineWhatIsWrong() throws IOException {
        refused("", "has no symbols");
        refused("hello world\n", "line 1");
        refused("80100400 T\n", "line 1");
        refused("80100400 T ok\nzzzz T x\n", "line 2");
        refused("80100400 T a b\n", "line 1");
        refused("ffffffff80100400 T x\n", "64-bit");
        refused("11112222333344445 T x\n", "line 1");
        refused("8".repeat(100_000), "line 1");
        refused("ffffffffffffffff B The real System.map is in the linux-image-6.1-dbg package\n", "-dbg");
        assertThatThrownBy(() -> SymbolFile.read(folder, DataModel.LITTLE_32)).hasMessageContaining("directory");
        assertThatThrownBy(() -> SymbolFile.read(folder.resolve("none"), DataModel.LITTLE_32))
                .isInstanceOf(SymbolException.class)
                .hasMessageContaining("no such file");
        Path elf = file(ElfWriter.write(fileSymbols(DataModel.LITTLE_64), DataModel.LITTLE_64));
        assertThatThrownBy(() -> SymbolFile.read(elf, DataModel.LITTLE_32))
                .isInstanceOf(SymbolException.class)
                .hasMessageContaining("64-bit little-endian");
        Path stump = file(new byte[] {0x7f, 'E', 'L', 'F', 1, 1});
        assertThatThrownBy(() -> SymbolFile.read(stump, DataModel.LITTLE_32))
                .isInstanceOf(SymbolException.class)
                .hasMessageContaining("cut short");
    }

    private void refused(String text, String why) {
        assertThatThrownBy(() -> readMap(text))
                .as(text.length() > 80 ? "a long line" : text)
                .isInstanceOf(SymbolException.class)
                .hasMessageContaining(why)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void survivesMutations() throws IOException {
        DataModel model = DataModel.LITTLE_32;
        byte[] elf = ElfWriter.write(fileSymbols(model), model);
        byte[] text = map(fileSymbols(model), model).getBytes(StandardCharsets.UTF_8);
        KernelSymbols kernel = functionsOnly(model, 0);
        for (int seed = 1; seed <= 400; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] hostile = Mutations.of(random.nextBoolean() ? elf : text, random);
            try {
                assertThat(SymbolFile.read(file(hostile), model).addedTo(kernel).size())
                        .isPositive();
            } catch (SymbolException expected) {
                assertThat(expected.getMessage()).doesNotContain("\n");
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    /** What GNU nm prints about a linked program is what is found in it. */
    @Test
    @Tag("oracle")
    void agreesWithNm() throws Exception {
        Files.writeString(folder.resolve("a.c"), """
                static int local_data = 3; int data = 4; static int local_bss; int bss;
                const int constant = 5; __attribute__((weak)) int weak_data = 6;
                static __attribute__((noinline)) int local_function(int a) { return a + local_data++ + local_bss++; }
                __attribute__((weak)) int weak_function(int a) { return local_function(a); }
                int __start(void) { return weak_function(data + bss + constant); }
                """);
        run(
                "mipsel-linux-gnu-gcc",
                "-G0",
                "-O1",
                "-mno-abicalls",
                "-fno-pic",
                "-nostdlib",
                "-static",
                "-o",
                "a",
                "a.c");
        String nm = run("mipsel-linux-gnu-nm", "a");
        SymbolFile elf = SymbolFile.read(folder.resolve("a"), DataModel.LITTLE_32);
        assertThat(map(elf.symbols(), DataModel.LITTLE_32).lines())
                .containsExactlyInAnyOrderElementsOf(nm.lines().toList());
        assertThat(readMap(nm).symbols()).containsExactlyInAnyOrderElementsOf(elf.symbols());
    }

    private String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}
