package org.jkprobes.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jkprobes.cli.event.JsonLine;
import org.jkprobes.images.ImageException;
import org.jkprobes.symbols.KernelSymbols;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jkprobes disasm}: disassembles a function of a kernel. */
@Command(
        name = "disasm",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        description = {
            "Disassembles a function of the kernel: offset, address, instruction word or bytes, instruction.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = "  jkprobes disasm kernel_clone")
final class DisasmCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "SYM[+OFF]",
            description = "A function, or an address 0x… in one; with an offset, from there to its end.")
    String place = "";

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
        ProbePoint from = ProbePoint.parse(place);
        StaticKernel opened;
        try (ProgressLine progress = new ProgressLine(spec.commandLine().getErr(), Terminals.stderr())) {
            opened = StaticKernel.open(kernel, more, progress);
        }
        KernelSymbols symbols = opened.symbols();
        InstructionView view = opened.guest().instructions();
        Listing listing = Listing.of(opened, from);
        PrintWriter out = spec.commandLine().getOut();
        if (format == Format.TEXT) {
            out.printf(
                    "%s, %d bytes%n",
                    listing.function().name(), listing.function().size());
        }
        for (Listing.Line line : listing.lines()) {
            switch (format) {
                case TEXT ->
                    out.printf(
                            "  +0x%-5x %s  %s  %s%n",
                            line.offset(),
                            symbols.model().format(line.address()),
                            padded(line.encoding(), view.encodingWidth()),
                            line.text());
                case NDJSON -> out.print(json(listing, view, line));
            }
        }
        out.flush();
        return ExitCode.OK;
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static String json(Listing listing, InstructionView view, Listing.Line line) {
        return new JsonLine()
                .object()
                .field("type", "instruction")
                .object("data")
                .field("symbol", listing.function().name())
                .field("offset", line.offset())
                .hexField("address", line.address())
                .field(view.encodingName(), line.encoding())
                .field("text", line.text())
                .endObject()
                .endObject()
                .line();
    }
}
