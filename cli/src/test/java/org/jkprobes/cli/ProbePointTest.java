package org.jkprobes.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jkprobes.cli.ProbePoint.AtAddress;
import org.jkprobes.cli.ProbePoint.InSymbol;
import org.jkprobes.symbols.SymbolOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbePointTest {
    private static InSymbol in(String symbol, long offset) {
        return new InSymbol(new SymbolOffset("", symbol, offset));
    }

    @Test
    void symbolsOffsetsAndAddressesAreRead() {
        assertThat(ProbePoint.parse("kernel_clone")).isEqualTo(in("kernel_clone", 0));
        assertThat(ProbePoint.parse("kernel_clone+16")).isEqualTo(in("kernel_clone", 16));
        assertThat(ProbePoint.parse("kernel_clone+0x1C")).isEqualTo(in("kernel_clone", 28));
        assertThat(ProbePoint.parse("foo.constprop.0+0x4")).isEqualTo(in("foo.constprop.0", 4));
        assertThat(ProbePoint.parse("0xffffffff80101234")).isEqualTo(new AtAddress(0xffffffff80101234L));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "+4",
                "a+",
                "a+-4",
                "a-4",
                "a+0x",
                "a b",
                "0x",
                "0x1ffffffffffffffff",
                "123",
                "a+0xgg",
                "a+1+1"
            })
    void othersAreRefused(String text) {
        assertThatThrownBy(() -> ProbePoint.parse(text)).isInstanceOf(UserError.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"kernel_clone", "kernel_clone+0x1c", "0x80101234"})
    void textsComeBackAsTheyWere(String text) {
        assertThat(ProbePoint.parse(text)).hasToString(text);
    }
}
