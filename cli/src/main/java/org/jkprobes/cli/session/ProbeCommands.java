package org.jkprobes.cli.session;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.ProbeRefusal;
import org.jkprobes.module.ModuleException;
import org.jkprobes.module.ProbeModules;

/** What a line typed for jkprobes may ask for: probes and probe modules that come and go while the guest runs. */
final class ProbeCommands implements Consumer<String> {
    private static final String HELP = "load FILE, unload NAME, modules, probes, optimize on|off";

    private final Kprobes kprobes;
    private final Supplier<List<Kprobe>> registered;
    private final ProbeModules modules;
    /** The guest may have loaded modules of its own. */
    private final Runnable findModules;

    private final Consumer<String> answers;

    ProbeCommands(
            Kprobes kprobes,
            Supplier<List<Kprobe>> registered,
            ProbeModules modules,
            Runnable findModules,
            Consumer<String> answers) {
        this.kprobes = kprobes;
        this.registered = registered;
        this.modules = modules;
        this.findModules = findModules;
        this.answers = answers;
    }

    @Override
    public void accept(String line) {
        int space = line.indexOf(' ');
        String command = space < 0 ? line : line.substring(0, space);
        String rest = space < 0 ? "" : line.substring(space + 1).strip();
        try {
            switch (command) {
                case "load" -> {
                    findModules.run();
                    answers.accept("loaded " + modules.load(Path.of(rest)).name());
                }
                case "unload" -> {
                    modules.unload(rest);
                    answers.accept("unloaded " + rest);
                }
                case "modules" -> all(modules.names(), "no module is loaded");
                case "probes" ->
                    all(
                            Stream.concat(registered.get().stream(), kprobes.pending().stream())
                                    .map(ProbeCommands::line)
                                    .toList(),
                            "no probe is registered");
                case "optimize" -> optimize(rest);
                default -> answers.accept("jkprobes knows: " + HELP);
            }
        } catch (ModuleException | ProbeRefusal | IllegalArgumentException e) {
            answers.accept(String.valueOf(e.getMessage()));
        }
    }

    private void optimize(String rest) {
        switch (rest) {
            case "on" -> kprobes.optimize(true);
            case "off" -> kprobes.optimize(false);
            default -> throw new IllegalArgumentException("optimize: on or off");
        }
        answers.accept("optimized probes are " + rest);
    }

    private void all(List<String> lines, String none) {
        if (lines.isEmpty()) {
            answers.accept(none);
        }
        lines.forEach(answers);
    }

    /** As Linux lists them: address, place, flags. */
    private static String line(Kprobe probe) {
        return "%08x  %s%s%s%s%s  hits %d, missed %d"
                .formatted(
                        probe.address(),
                        probe,
                        probe.enabled() || probe.gone() || probe.pending() ? "" : " [DISABLED]",
                        probe.pending() ? " [PENDING]" : "",
                        probe.gone() ? " [GONE]" : "",
                        probe.optimized() ? " [OPTIMIZED]" : "",
                        probe.hits(),
                        probe.nmissed());
    }
}
