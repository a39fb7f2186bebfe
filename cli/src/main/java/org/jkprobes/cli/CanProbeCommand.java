package org.jkprobes.cli;

import java.io.PrintWriter;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jkprobes.Kprobes;
import org.jkprobes.ProbeRefusal;
import org.jkprobes.cli.event.JsonLine;
import org.jkprobes.images.ImageException;
import org.jkprobes.isa.mips.MipsDisassembler;
import org.jkprobes.symbols.SymbolException;
import org.jkprobes.target.Target;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jkprobes can-probe}: whether a probe could be placed somewhere, and if not, why. */
@Command(
        name = "can-probe",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        description = {
            "Says whether a probe can be placed on an instruction, and if not, why: error code, bytes, disassembly, the rule,"
                    + " and the nearest address where one can.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  jkprobes can-probe kernel_clone+0x8", "  jkprobes can-probe kernel_clone+0x9"})
final class CanProbeCommand implements Callable<Integer> {
    @Parameters(paramLabel = "SYM[+OFF]", description = "A function, an offset in it, or an address 0x….")
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
        ProbePoint point = ProbePoint.parse(place);
        StaticKernel opened;
        try (ProgressLine progress = new ProgressLine(spec.commandLine().getErr(), Terminals.stderr())) {
            opened = StaticKernel.open(kernel, more, progress);
        }
        long address = address(opened, point);
        Target target = new StaticTarget(opened);
        try (Kprobes kprobes = Kprobes.on(target)) {
            Optional<ProbeRefusal> refusal = kprobes.canProbe(address);
            PrintWriter out = spec.commandLine().getOut();
            switch (format) {
                case TEXT ->
                    out.println(refusal.map(r -> "no: " + r.getMessage()).orElseGet(() -> yes(target, address)));
                case NDJSON -> out.print(json(target, address, refusal));
            }
            out.flush();
        }
        return ExitCode.OK;
    }

    private static long address(StaticKernel opened, ProbePoint point) {
        return switch (point) {
            case ProbePoint.AtAddress at -> opened.symbols().model().address(at.address());
            case ProbePoint.InSymbol in -> {
                try {
                    yield opened.symbols().resolve(in.place());
                } catch (SymbolException e) {
                    throw new UserError(String.valueOf(e.getMessage()), e);
                }
            }
        };
    }

    private static String yes(Target target, long address) {
        int word = target.memory().readInt(address, 0);
        return "yes: %s (0x%x): %08x %s"
                .formatted(target.symbols().describe(address), address, word, text(word, address));
    }

    private static String text(int word, long address) {
        return MipsDisassembler.disassemble(word, address).replace('\t', ' ');
    }

    private static String json(Target target, long address, Optional<ProbeRefusal> refusal) {
        JsonLine json = new JsonLine()
                .object()
                .field("type", "can-probe")
                .object("data")
                .field("place", target.symbols().describe(address))
                .hexField("address", address)
                .field("possible", refusal.isEmpty());
        if (refusal.isEmpty()) {
            int word = target.memory().readInt(address, 0);
            json.field("word", String.format("%08x", word)).field("text", text(word, address));
        } else {
            ProbeRefusal why = refusal.get();
            json.field("code", why.errno().toString())
                    .field("rule", why.rule())
                    .field("bytes", HexFormat.of().formatHex(why.bytes()))
                    .field("text", why.disassembly().replace('\t', ' '));
            why.nearest().ifPresent(nearest -> json.hexField("nearest", nearest));
        }
        return json.endObject().endObject().line();
    }
}
