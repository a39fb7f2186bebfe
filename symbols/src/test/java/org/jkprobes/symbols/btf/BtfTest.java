package org.jkprobes.symbols.btf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.SymbolException;
import org.jkprobes.symbols.kallsyms.Mutations;
import org.jkprobes.symbols.modules.SparseMemory;
import org.jkprobes.target.Symbol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Types written by hand, read back as C; and sections that no compiler writes. */
class BtfTest {
    private static final long START = 0xffff_ffff_8100_0000L;

    /** {@code int jk_open(const char *name, char *const *argv, size_t, int (*act)(struct file *, ...), union jk u)} and others. */
    private static byte[] sample(ByteOrder order) {
        BtfWriter to = new BtfWriter(order);
        int integer = to.type(Kind.INT, "int", 0, 4, 32);
        int character = to.type(Kind.INT, "char", 0, 1, 8);
        int size = to.type(Kind.TYPEDEF, "size_t", 0, integer);
        int name = to.type(Kind.POINTER, "", 0, to.type(Kind.CONST, "", 0, character));
        int constant = to.type(Kind.CONST, "", 0, to.type(Kind.POINTER, "", 0, character));
        int arguments = to.type(Kind.POINTER, "", 0, constant);
        int file = to.type(Kind.POINTER, "", 0, to.type(Kind.FORWARD, "file", 0, 0));
        int act = to.type(Kind.POINTER, "", 0, to.prototype(integer, "", file, "", 0));
        int union = to.type(Kind.UNION, "jk", 1, 8, to.string("a"), integer, 0);
        to.type(Kind.ENUM, "colour", 2, 4, to.string("RED"), 0, to.string("BLUE"), 1);
        int row = to.type(Kind.ARRAY, "", 0, 0, character, integer, 3);
        int rows = to.type(Kind.POINTER, "", 0, to.type(Kind.ARRAY, "", 0, 0, row, integer, 2));
        to.type(
                Kind.FUNCTION,
                "jk_open",
                0,
                to.prototype(integer, "name", name, "argv", arguments, "", size, "act", act, "u", union));
        to.type(Kind.FUNCTION, "jk_rows", 0, to.prototype(0, "rows", rows));
        to.type(Kind.FUNCTION, "jk_printk", 0, to.prototype(file, "format", name, "", 0));
        int none = to.prototype(0);
        to.type(Kind.FUNCTION, "jk_twice", 0, none);
        to.type(Kind.FUNCTION, "jk_twice", 0, to.prototype(integer));
        to.type(Kind.FUNCTION, "jk_same", 0, none);
        to.type(Kind.FUNCTION, "jk_same", 0, none);
        return to.section();
    }

    private static DataModel model(String order) {
        return order.equals("big") ? DataModel.BIG_32 : DataModel.LITTLE_64;
    }

    @ParameterizedTest
    @ValueSource(strings = {"little", "big"})
    void readsFunctionsAsCDeclaresThem(String order) {
        DataModel model = model(order);
        Btf btf = Btf.of(sample(model.byteOrder()), model);

        FunctionPrototype open = btf.function("jk_open").orElseThrow();
        assertThat(open)
                .hasToString("int jk_open(const char *name, char * const *argv, size_t,"
                        + " int (*act)(struct file *, ...), union jk u)");
        assertThat(open.parameters())
                .extracting(FunctionPrototype.Parameter::bytes)
                .containsExactly(model.wordSize(), model.wordSize(), 4, model.wordSize(), 8);
        assertThat(open.parameters().get(1).type()).isEqualTo("char * const *");
        assertThat(btf.function("jk_rows").orElseThrow()).hasToString("void jk_rows(char (*rows)[2][3])");
        assertThat(btf.function("jk_printk").orElseThrow().variadic()).isTrue();
        assertThat(btf.function("jk_printk").orElseThrow())
                .hasToString("struct file *jk_printk(const char *format, ...)");
        assertThat(btf.function("jk_absent")).isEmpty();
    }

    @Test
    void doesNotChooseBetweenFunctionsOfOneName() {
        Btf btf = Btf.of(sample(ByteOrder.LITTLE_ENDIAN), DataModel.LITTLE_64);
        assertThat(btf.function("jk_twice")).isEmpty();
        assertThat(btf.functions("jk_twice")).hasSize(2);
        assertThat(btf.function("jk_same").orElseThrow()).hasToString("void jk_same(void)");
    }

    private static KernelSymbols symbols(long start, long stop) {
        return KernelSymbols.of(
                DataModel.LITTLE_64,
                List.of(
                        new Symbol("_stext", START, 1, "", 'T'),
                        new Symbol("_etext", START + 0x1000, 1, "", 'T'),
                        new Symbol(start == 0 ? "no_start" : "__start_BTF", start == 0 ? START : start, 1, "", 'R'),
                        new Symbol(stop == 0 ? "no_stop" : "__stop_BTF", stop == 0 ? START : stop, 1, "", 'R')));
    }

    @Test
    void isFoundBySymbolsOrByItsHeader() {
        byte[] section = sample(ByteOrder.LITTLE_ENDIAN);
        SparseMemory memory = new SparseMemory(DataModel.LITTLE_64);
        memory.map(START, 0x5000);
        long at = START + 0x2ff0; // its header is cut by a page's end
        for (int i = 0; i < section.length; i++) {
            memory.u8(at + i, section[i]);
        }
        memory.u32(START + 0x1100, 0x0001_eb9f); // looks like one, is none
        assertThat(Btf.find(memory, symbols(at, at + section.length))
                        .orElseThrow()
                        .size())
                .isEqualTo(7);
        assertThat(Btf.find(memory, symbols(0, 0)).orElseThrow().size()).isEqualTo(7);
        memory.u32(at, 0);
        assertThat(Btf.find(memory, symbols(0, 0))).isEmpty();
        assertThatThrownBy(() -> Btf.find(memory, symbols(at, at + section.length)))
                .isInstanceOf(SymbolException.class)
                .hasMessageContaining("BTF is damaged");
        assertThatThrownBy(() -> Btf.find(memory, symbols(at, at - 1))).isInstanceOf(SymbolException.class);
        assertThatThrownBy(() -> Btf.find(memory, symbols(at, START + 0x9000))).isInstanceOf(SymbolException.class);
    }

    @Test
    void typesInCirclesEndInAnError() {
        BtfWriter to = new BtfWriter(ByteOrder.LITTLE_ENDIAN);
        to.type(Kind.CONST, "", 0, 2);
        to.type(Kind.CONST, "", 0, 1);
        to.type(Kind.POINTER, "", 0, 3);
        to.type(Kind.TYPEDEF, "t", 0, 4);
        // Each parameter's type has two parameters of this type.
        to.type(Kind.PROTOTYPE, "", 2, 0, 0, 5, 0, 5);
        for (int i = 1; i <= 5; i++) {
            to.type(Kind.FUNCTION, "f" + i, 0, to.prototype(0, "x", i));
        }
        Btf btf = Btf.of(to.section(), DataModel.LITTLE_64);
        for (int i = 1; i <= 5; i++) {
            String name = "f" + i;
            assertThatThrownBy(() -> btf.function(name)).as(name).isInstanceOf(SymbolException.class);
        }
    }

    /** Whatever the bytes are: types, or one kind of error. */
    @Test
    void damagedSectionsEndInAnError() {
        long seed = new SplittableRandom().nextLong();
        SplittableRandom random = new SplittableRandom(seed);
        byte[] good = sample(ByteOrder.LITTLE_ENDIAN);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = Mutations.of(good, random);
            try {
                Btf btf = Btf.of(bad, DataModel.LITTLE_64);
                btf.all().forEach(function -> assertThat(function.toString()).isNotEmpty());
                btf.typedefs().forEach(typedef -> assertThat(typedef).isNotEmpty());
            } catch (SymbolException e) {
                refused++;
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", case " + i, e);
            }
        }
        assertThat(refused).as("seed " + seed).isGreaterThan(2000);
    }
}
