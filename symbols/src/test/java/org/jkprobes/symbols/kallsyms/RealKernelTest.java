package org.jkprobes.symbols.kallsyms;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.SymbolType;
import org.jkprobes.target.Symbol;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Debian's MIPS kernel, unpacked, in the file that {@code -Djkprobes.kernel.raw} names. */
@Tag("kernel")
class RealKernelTest {
    @Test
    void listsTheKernelsFunctions() throws IOException {
        String file = System.getProperty("jkprobes.kernel.raw", "");
        Assumptions.assumeFalse(file.isEmpty(), "no -Djkprobes.kernel.raw");

        KernelSymbols symbols = Kallsyms.inImage(Files.readAllBytes(Path.of(file)), DataModel.LITTLE_32);

        assertThat(symbols.size()).isGreaterThan(20_000);
        for (String name : new String[] {"start_kernel", "kernel_clone", "sys_getppid", "handle_int"}) {
            Symbol symbol = symbols.find(name).orElseThrow();
            assertThat(symbols.at(symbol.address() + symbol.size() - 4).map(Symbol::address))
                    .contains(symbol.address());
        }
        assertThat(symbols.all().map(Symbol::address)).isSortedAccordingTo(Long::compareUnsigned);
        assertThat(symbols.all().filter(symbol -> SymbolType.isText(symbol.type())))
                .allMatch(symbol -> symbol.address() % 4 == 0, "begins at a whole instruction");
        // The borders of sections lie behind the last address they take in.
        assertThat(symbols.all()
                        .filter(symbol -> !symbols.isText(symbol.address()))
                        .count())
                .isLessThan(20);
    }
}
