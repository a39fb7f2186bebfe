package org.jkprobes.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jkprobes.Kprobes;
import org.jkprobes.ProbeRefusal;
import org.jkprobes.cli.event.JsonLine;
import org.jkprobes.images.ImageException;
import org.jkprobes.symbols.Glob;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.SymbolType;
import org.jkprobes.target.Symbol;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jkprobes list}: what a pattern would probe. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        description = {
            "Lists the functions that match a pattern, and whether a probe can be placed on their first instruction.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = "  jkprobes list 'sys_get*'")
final class ListCommand implements Callable<Integer> {
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
        StaticKernel opened;
        try (ProgressLine progress = new ProgressLine(spec.commandLine().getErr(), Terminals.stderr())) {
            opened = StaticKernel.open(kernel, more, progress);
        }
        KernelSymbols symbols = opened.symbols();
        List<Symbol> found = symbols.matching(new Glob(pattern))
                .filter(symbol -> SymbolType.isText(symbol.type()))
                .toList();
        if (found.isEmpty()) {
            throw new UserError("no function matches '" + pattern + "'");
        }
        PrintWriter out = spec.commandLine().getOut();
        try (Kprobes kprobes = new StaticTarget(opened).kprobes()) {
            for (Symbol symbol : found) {
                Optional<ProbeRefusal> refusal = kprobes.canProbe(symbol.address());
                out.print(
                        switch (format) {
                            case TEXT ->
                                symbols.model().format(symbol.address()) + "  " + symbol.name()
                                        + refusal.map(r -> "  [" + r.errno() + ": " + r.rule() + "]")
                                                .orElse("") + "\n";
                            case NDJSON -> json(symbol, refusal);
                        });
            }
        }
        out.flush();
        return ExitCode.OK;
    }

    private static String json(Symbol symbol, Optional<ProbeRefusal> refusal) {
        JsonLine json = new JsonLine()
                .object()
                .field("type", "function")
                .object("data")
                .field("name", symbol.name())
                .hexField("address", symbol.address())
                .field("module", symbol.module())
                .field("possible", refusal.isEmpty());
        refusal.ifPresent(why -> json.field("code", why.errno().toString()).field("rule", why.rule()));
        return json.endObject().endObject().line();
    }
}
