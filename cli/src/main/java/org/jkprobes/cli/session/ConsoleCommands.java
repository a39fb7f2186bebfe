package org.jkprobes.cli.session;

import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.ProbeRefusal;
import org.jkprobes.module.ModuleException;
import org.jkprobes.module.ProbeModules;

/**
 * Lines for jkprobes itself, typed at the console while the guest runs, each behind {@link #KEY}. They are carried out on the machine's
 * thread, between instructions.
 */
final class ConsoleCommands {
    /** Ctrl-^. */
    static final int KEY = 0x1e;

    private static final String HELP = "load FILE, unload NAME, modules, probes, optimize on|off";

    private final Kprobes kprobes;
    private final ProbeModules modules;
    /** The guest may have loaded modules of its own. */
    private final Runnable findModules;

    private final Consumer<String> answers;
    private final Queue<String> waiting = new ConcurrentLinkedQueue<>();

    ConsoleCommands(Kprobes kprobes, ProbeModules modules, Runnable findModules, Consumer<String> answers) {
        this.kprobes = kprobes;
        this.modules = modules;
        this.findModules = findModules;
        this.answers = answers;
    }

    /** From any thread. */
    void add(String line) {
        waiting.add(line);
    }

    /** Carries out what is waiting. */
    void carryOut() {
        for (String line = waiting.poll(); line != null; line = waiting.poll()) {
            carryOut(line.strip());
        }
    }

    private void carryOut(String line) {
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
                    all(kprobes.list().stream().map(ConsoleCommands::line).toList(), "no probe is registered");
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
        return "%08x  %s%s%s%s  hits %d, missed %d"
                .formatted(
                        probe.address(),
                        probe,
                        probe.enabled() || probe.gone() ? "" : " [DISABLED]",
                        probe.gone() ? " [GONE]" : "",
                        probe.optimized() ? " [OPTIMIZED]" : "",
                        probe.hits(),
                        probe.nmissed());
    }
}
