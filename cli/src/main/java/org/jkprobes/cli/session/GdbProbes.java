package org.jkprobes.cli.session;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jkprobes.Kprobes;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.ProbeOptions;
import org.jkprobes.cli.ProbePoint;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.ProbeCount;
import org.jkprobes.module.ProbeModules;
import org.jkprobes.symbols.KernelModule;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.Location;
import org.jkprobes.symbols.MemoryReader;
import org.jkprobes.symbols.SymbolException;
import org.jkprobes.symbols.btf.Btf;
import org.jkprobes.symbols.btf.FunctionPrototype;
import org.jkprobes.symbols.modules.ModuleList;

/** The probes of a run on a guest behind a GDB stub, whose kernel has been found: planted, reported, counted. */
final class GdbProbes {
    private final Kprobes kprobes;
    private final Guest like;
    private final HitReporter.Unwinder unwinder;
    private final int shownRegisters;
    private final MemoryReader memory;
    private final Supplier<MemoryReader> still;
    private final EventSink events;
    private final GuestTime time;
    private final ProbeModules modules;
    private final RecordingProbes recording;
    private final ProbePlanter planter;
    private final ModuleWatch watch;
    private boolean modulesAreKnown;
    private KernelSymbols symbols;
    private Optional<Btf> btf = Optional.empty();
    private boolean btfSought;

    /**
     * @param kprobes of the target
     * @param found the kernel that runs
     * @param fresh whether it has not run for long enough to have loaded a module
     */
    GdbProbes(Kprobes kprobes, RemoteKernel found, boolean fresh, EventSink events, GuestTime time) {
        this.kprobes = kprobes;
        this.symbols = found.symbols();
        like = found.like();
        memory = found.memory();
        still = found.still();
        modulesAreKnown = fresh;
        unwinder = found.unwinder();
        shownRegisters = found.shownRegisters();
        this.events = events;
        this.time = time;
        kprobes.printk().listen(line -> events.log(line.text()));
        modules = new ProbeModules(kprobes);
        recording = new RecordingProbes(this::symbols, events);
        planter = new ProbePlanter(kprobes, modules, recording, events, new Site());
        watch = new ModuleWatch(kprobes, this::symbols, new ModuleWatch.Listener() {
            @Override
            public void loaded() {
                findModules();
                kprobes.symbolsAdded();
            }

            @Override
            public void unloading(KernelModule module) {
                kprobes.gone(module.text().start(), module.text().end());
                symbols = symbols.withModules(symbols.modules().stream()
                        .filter(other -> !other.equals(module))
                        .toList());
            }
        });
    }

    KernelSymbols symbols() {
        return symbols;
    }

    /** Looks which modules the guest has loaded. */
    private void findModules() {
        modulesAreKnown = true; // of those to come the watch tells
        symbols = symbols.withModules(ModuleList.read(still.get(), symbols));
    }

    /** @throws UserError if one is refused */
    void plant(ProbeOptions options) {
        planter.plant(options, time);
    }

    /** Unloads the probe modules of a guest that stands still: what they do at their exit is done. */
    void unload() {
        modules.close();
    }

    /** Reports what has been recorded since the last time; on the thread that runs the guest. */
    void drain() {
        recording.drain();
    }

    /** How the kernel's BTF declares the function at a place. */
    private Optional<FunctionPrototype> prototype(ProbePoint point) {
        if (!(point instanceof ProbePoint.InSymbol in) || in.place().offset() != 0) {
            return Optional.empty();
        }
        try {
            if (!btfSought) {
                btfSought = true;
                btf = Btf.find(memory, symbols);
            }
            return btf.flatMap(types -> types.function(in.place().symbol()));
        } catch (SymbolException e) {
            events.log("names of arguments are not known: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** Of all probes that are registered now. */
    List<ProbeCount> counts() {
        return kprobes.list().stream()
                .filter(probe -> !watch.owns(probe))
                .map(planter::count)
                .toList();
    }

    private final class Site implements ProbePlanter.Site {
        @Override
        public Guest like() {
            return like;
        }

        @Override
        public HitReporter reporter() {
            return new HitReporter(symbols, shownRegisters, unwinder, time, events);
        }

        @Override
        public Optional<FunctionPrototype> prototype(ProbePoint point) {
            return GdbProbes.this.prototype(point);
        }

        @Override
        public Optional<Location> locate(long address) {
            return symbols.locate(address);
        }

        @Override
        public void resolve(ProbePoint.InSymbol point) {
            if (!modulesAreKnown && symbols.byName(point.place().symbol()).isEmpty()) {
                findModules(); // reading the list of modules takes a while, so not unless it is needed
            }
            symbols.resolve(point.place());
        }
    }
}
