package org.jkprobes.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.event.FunctionHit.Value;
import org.jkprobes.cli.session.ShownArguments.Argument;
import org.jkprobes.symbols.btf.FunctionPrototype;
import org.jkprobes.symbols.btf.FunctionPrototype.Parameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where arguments of several sizes are, by the calling conventions. */
class ShownArgumentsTest {
    private static Optional<FunctionPrototype> function(String name, boolean variadic, String sizes) {
        List<Parameter> parameters = Arrays.stream(sizes.split(" "))
                .map(size -> new Parameter("p" + size, "t" + size, "", Integer.parseInt(size)))
                .toList();
        return Optional.of(new FunctionPrototype(name, "void", parameters, variadic));
    }

    /** Words as GCC 12 passes such arguments ({@code -m32 -mregparm=3}; on x86-64: structures of more than 8 bytes). */
    @ParameterizedTest
    @CsvSource({
        "I386, f, 4 4 4 4 4, 0 1 2 3 4",
        "I386, f, 4 8 4 4, 0 1 3 4",
        "I386, f, 4 4 8 4, 0 1 3 5",
        "I386, f, 8 8 4, 0 3 5",
        "I386, __ia32_sys_read, 4, 0",
        "X86_64, f, 8 4 1 8 8 8 4 8, 0 1 2 3 4 5 6 7",
        "X86_64, f, 16 8 16 8, 0 2 3 5",
        "X86_64, f, 8 8 8 8 8 16 4 4, 0 1 2 3 4 6 5 8",
        "X86_64, f, 24 8, 6 0",
        "MIPSEL, f, 4 8 4 4, 0 2 4 5",
    })
    void wordsOfTheCallingConvention(Guest guest, String name, String sizes, String words) {
        ShownArguments shown = ShownArguments.of(guest, function(name, false, sizes), OptionalInt.empty());
        assertThat(shown.arguments())
                .extracting(argument -> Integer.toString(argument.word()))
                .containsExactly(words.split(" "));
        assertThat(shown.onStack()).isEqualTo(name.startsWith("__ia32"));
    }

    @Test
    void aVariableNumberOfArgumentsIsOnTheStackOfI386Only() {
        assertThat(ShownArguments.of(Guest.I386, function("f", true, "4 4"), OptionalInt.empty())
                        .onStack())
                .isTrue();
        assertThat(ShownArguments.of(Guest.X86_64, function("f", true, "8 8"), OptionalInt.empty())
                        .onStack())
                .isFalse();
    }

    @Test
    void asManyAsAreWantedOrKnown() {
        Optional<FunctionPrototype> two = function("f", false, "8 4");
        assertThat(ShownArguments.of(Guest.X86_64, two, OptionalInt.of(1)).arguments())
                .extracting(Argument::name)
                .containsExactly("p8");
        assertThat(ShownArguments.of(Guest.X86_64, two, OptionalInt.of(3)).arguments())
                .extracting(Argument::name)
                .containsExactly("p8", "p4", "arg3");
        assertThat(ShownArguments.of(Guest.X86_64, Optional.empty(), OptionalInt.empty())
                        .arguments())
                .extracting(Argument::name)
                .containsExactly("arg1", "arg2", "arg3", "arg4");
    }

    /** The rest of a register is not the argument's; two words of 32 bits make one value of 64. */
    @Test
    void valuesHaveTheSizeOfTheirTypes() {
        ShownArguments shown = ShownArguments.of(Guest.X86_64, function("f", false, "4 1 8"), OptionalInt.of(4));
        long all = 0x8877_6655_4433_2211L;
        assertThat(shown.values(new long[] {all, all, all, all}, 8))
                .containsExactly(
                        new Value("p4", 0x4433_2211L, false, "t4"),
                        new Value("p1", 0x11, false, "t1"),
                        new Value("p8", all, false, "t8"),
                        new Value("arg4", all, false));
        ShownArguments two = ShownArguments.of(Guest.I386, function("f", false, "4 8"), OptionalInt.empty());
        assertThat(two.words(4)).isEqualTo(3);
        assertThat(two.values(new long[] {1, 0x8000_0002L, 3}, 4))
                .containsExactly(new Value("p4", 1, false, "t4"), new Value("p8", 0x3_8000_0002L, false, "t8"));
    }
}
