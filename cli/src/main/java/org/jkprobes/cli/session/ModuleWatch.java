package org.jkprobes.cli.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.PreHandler;
import org.jkprobes.symbols.KernelModule;
import org.jkprobes.symbols.KernelSymbols;

/**
 * Learns of the modules that the guest loads and unloads, by probes on the kernel's functions that do it: {@code do_init_module}, just
 * before a module's own code first runs, and {@code free_module} ({@code kernel/module/main.c}).
 */
final class ModuleWatch {
    private static final int NAME_BYTES = 56;

    /** What is to be done about it. */
    interface Listener {
        /** A module is complete, and about to start. */
        void loaded();

        /** A module's text is about to be freed. */
        void unloading(KernelModule module);
    }

    private final Kprobes kprobes;
    private final Supplier<KernelSymbols> symbols;
    private final Listener listener;
    private final List<Kprobe> probes = new ArrayList<>();

    ModuleWatch(Kprobes kprobes, Supplier<KernelSymbols> symbols, Listener listener) {
        this.kprobes = kprobes;
        this.symbols = symbols;
        this.listener = listener;
        on("do_init_module", (probe, regs) -> {
            listener.loaded();
            return 0;
        });
        on("free_module", (probe, regs) -> {
            unloading(kprobes.argument(regs, 0));
            return 0;
        });
    }

    /** A kernel without modules has no such functions. */
    private void on(String function, PreHandler handler) {
        if (symbols.get().byName(function).size() == 1) {
            probes.add(kprobes.register(Kprobe.at(function).pre(handler).build()));
        }
    }

    /** By the name that {@code struct module} begins with, behind its state and list. */
    private void unloading(long module) {
        int word = kprobes.target().wordBytes();
        Optional<String> name = kprobes.target().memory().readString(module + 3L * word, NAME_BYTES);
        symbols.get().modules().stream()
                .filter(known -> name.filter(known.name()::equals).isPresent())
                .toList()
                .forEach(listener::unloading);
    }

    /** Whether it is a probe of this watch. */
    boolean owns(Kprobe probe) {
        return probes.contains(probe);
    }
}
