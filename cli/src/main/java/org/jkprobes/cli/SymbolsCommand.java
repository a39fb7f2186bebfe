package org.jkprobes.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jkprobes.cli.event.JsonLine;
import org.jkprobes.images.ImageException;
import org.jkprobes.symbols.Glob;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.target.Symbol;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jkprobes symbols}: lists symbols of a kernel. */
@Command(
        name = "symbols",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        description = {
            "Lists the kernel's symbols that match a pattern: address, size, type (as nm has it), name.",
            "They are read out of the kernel image itself, at the addresses it is linked for. Debian's MIPS kernels list"
                    + " functions, not data; --symbols adds those of a file.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = "  jkprobes symbols 'sys_get*id'")
final class SymbolsCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "PATTERN",
            description = "A name; * stands for any characters, ? for one, [a-z] for one of a set.")
    String pattern = "";

    @Mixin
    KernelOption kernel = new KernelOption();

    @Mixin
    SymbolsOption more = new SymbolsOption();

    @Option(names = "--format", paramLabel = "FORMAT", description = "text or ndjson.")
    Format format = Format.TEXT;

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws ImageException {
        KernelSymbols symbols;
        try (ProgressLine progress = new ProgressLine(spec.commandLine().getErr(), Terminals.stderr())) {
            symbols = StaticKernel.open(kernel, more, progress).symbols();
        }
        List<Symbol> found = symbols.matching(new Glob(pattern)).toList();
        if (found.isEmpty()) {
            throw new UserError("no symbol matches '" + pattern + "'"
                    + (new Glob(pattern).isPattern() ? "" : " (* stands for any characters: '*" + pattern + "*')"));
        }
        PrintWriter out = spec.commandLine().getOut();
        for (Symbol symbol : found) {
            switch (format) {
                case TEXT -> out.print(text(symbols, symbol));
                case NDJSON -> out.print(json(symbol));
            }
        }
        if (format == Format.NDJSON) {
            out.print(new JsonLine()
                    .object()
                    .field("type", "summary")
                    .object("data")
                    .field("symbols", found.size())
                    .endObject()
                    .endObject()
                    .line());
        }
        out.flush();
        return ExitCode.OK;
    }

    private static String text(KernelSymbols symbols, Symbol symbol) {
        String module = symbol.module().isEmpty() ? "" : " [" + symbol.module() + "]";
        return String.format(
                "%s %6x %c %s%s%n",
                symbols.model().format(symbol.address()), symbol.size(), symbol.type(), symbol.name(), module);
    }

    private static String json(Symbol symbol) {
        return new JsonLine()
                .object()
                .field("type", "symbol")
                .object("data")
                .field("name", symbol.name())
                .hexField("address", symbol.address())
                .field("size", symbol.size())
                .field("kind", String.valueOf(symbol.type()))
                .field("module", symbol.module())
                .endObject()
                .endObject()
                .line();
    }
}
