package org.jkprobes.cli;

import java.io.PrintWriter;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jkprobes.Kprobes;
import org.jkprobes.ProbeRefusal;
import org.jkprobes.cli.event.JsonLine;
import org.jkprobes.images.ImageException;
import org.jkprobes.isa.Symbolizer;
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
        StaticTarget target = new StaticTarget(opened);
        try (Kprobes kprobes = target.kprobes()) {
            Optional<ProbeRefusal> refusal = kprobes.canProbe(address);
            PrintWriter out = spec.commandLine().getOut();
            switch (format) {
                case TEXT ->
                    out.println(
                            refusal.map(r -> "no: " + r.getMessage()).orElseGet(() -> yes(opened, target, address)));
                case NDJSON -> out.print(json(opened, target, address, refusal));
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

    private static String yes(StaticKernel opened, Target target, long address) {
        InstructionView.Shown shown = shown(opened, address);
        return "yes: %s (0x%x): %s %s"
                .formatted(target.symbols().describe(address), address, shown.encoding(), shown.text());
    }

    private static InstructionView.Shown shown(StaticKernel opened, long address) {
        byte[] code = new byte[InstructionView.LONGEST];
        int length = opened.memory().read(address, code, 0, code.length);
        InstructionView.Shown shown = opened.guest().instructions().show(code, 0, length, address, Symbolizer.NONE);
        return new InstructionView.Shown(
                shown.length(), shown.encoding(), shown.text().replaceAll(" +", " "));
    }

    private static String json(StaticKernel opened, Target target, long address, Optional<ProbeRefusal> refusal) {
        JsonLine json = new JsonLine()
                .object()
                .field("type", "can-probe")
                .object("data")
                .field("place", target.symbols().describe(address))
                .hexField("address", address)
                .field("possible", refusal.isEmpty());
        if (refusal.isEmpty()) {
            InstructionView.Shown shown = shown(opened, address);
            json.field(opened.guest().instructions().encodingName(), shown.encoding())
                    .field("text", shown.text());
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
