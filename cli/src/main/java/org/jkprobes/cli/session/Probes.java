package org.jkprobes.cli.session;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.ProbeOptions;
import org.jkprobes.cli.ProbePoint;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.ProbeCount;
import org.jkprobes.machine.Machine;
import org.jkprobes.module.ProbeModules;
import org.jkprobes.symbols.KernelModule;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.Location;
import org.jkprobes.symbols.MemoryReader;
import org.jkprobes.symbols.SymbolException;
import org.jkprobes.symbols.btf.Btf;
import org.jkprobes.symbols.btf.FunctionPrototype;
import org.jkprobes.symbols.modules.ModuleList;
import org.jkprobes.target.Target;
import org.jspecify.annotations.Nullable;

/** The probes of a run: planted where the kernel really is, reported, counted. */
final class Probes implements GuestProbes {
    /** What a boot passes, it passes long before this many instructions. */
    private static final long REACHED_BY = 10_000_000_000L;

    private static final long SLICE = 10_000_000;
    /** A kernel maps itself among its first few thousand instructions. */
    private static final long UNMAPPED_SLICE = 1000;

    private final ProbedBoard board;
    private final LinkedKernel kernel;
    private final EventSink events;
    private final Target target;
    private final Kprobes kprobes;
    private final ProbeModules modules;
    private final RecordingProbes recording;
    private final ProbePlanter planter;
    private @Nullable Kprobe pausing;
    private @Nullable ModuleWatch watch;
    private @Nullable KernelSymbols symbols;
    private @Nullable MemoryReader pages;
    private Optional<Btf> btf = Optional.empty();
    private boolean btfSought;
    private long delta;
    private boolean paused;

    Probes(ProbedBoard board, LinkedKernel kernel, EventSink events) {
        this.board = board;
        this.kernel = kernel;
        this.events = events;
        target = board.target(this::symbols);
        kprobes = Kprobes.on(target);
        modules = new ProbeModules(kprobes);
        recording = new RecordingProbes(this::symbols, events);
        planter = new ProbePlanter(kprobes, modules, recording, events, new Site());
        kprobes.printk().listen(line -> events.log(line.text()));
    }

    /** Of the running kernel, and the modules that were loaded when they were last looked for. */
    private KernelSymbols symbols() {
        KernelSymbols known = symbols;
        if (known == null) {
            known = kernel.symbols().relocated(delta);
            symbols = known;
            pages = board.kernelMemory(this::read, known);
        }
        return known;
    }

    private int read(long address, byte[] into, int offset, int length) {
        return target.memory().read(address, into, offset, length);
    }

    /** Looks which modules the guest has loaded. */
    void findModules() {
        KernelSymbols known = symbols();
        if (pages != null) {
            symbols = known.withModules(ModuleList.read(pages, known));
        }
    }

    /** From now on modules that the guest loads are known at once, and probes that wait for them placed. */
    void watchModules() {
        if (watch != null) {
            return;
        }
        watch = new ModuleWatch(kprobes, this::symbols, new ModuleWatch.Listener() {
            @Override
            public void loaded() {
                findModules();
                kprobes.symbolsAdded();
            }

            @Override
            public void unloading(KernelModule module) {
                kprobes.gone(module.text().start(), module.text().end());
                KernelSymbols known = symbols();
                symbols = known.withModules(known.modules().stream()
                        .filter(other -> !other.equals(module))
                        .toList());
            }
        });
    }

    private void lookForModules() {
        watchModules();
        findModules();
    }

    /** Those of the user. */
    private List<Kprobe> registered() {
        ModuleWatch own = watch;
        return kprobes.list().stream()
                .filter(probe -> !probe.equals(pausing) && (own == null || !own.owns(probe)))
                .toList();
    }

    @Override
    public void moved(long by) {
        delta = by;
        symbols = null;
    }

    Kprobes kprobes() {
        return kprobes;
    }

    @Override
    public long delta() {
        return delta;
    }

    @Override
    public void settle() {
        Optional<ProbedBoard.Move> move = board.move(kernel, symbols());
        if (move.isPresent()) {
            long[] moved = new long[1];
            if (runTo(
                    Kprobe.at(move.get().address()).pre((probe, regs) -> {
                        moved[0] = move.get().delta().applyAsLong(regs);
                        board.machine().pause();
                        return 0;
                    }),
                    () -> {})) {
                moved(moved[0]);
            }
        }
        Machine machine = board.machine();
        Machine.Outcome outcome = Machine.Outcome.REACHED;
        OptionalLong found = board.found(target, kernel, symbols(), delta);
        while (outcome == Machine.Outcome.REACHED && found.isEmpty()) {
            outcome = machine.run(machine.timeline().retired() + UNMAPPED_SLICE);
            found = board.found(target, kernel, symbols(), delta);
        }
        if (found.orElse(0) != 0) {
            moved(delta + found.getAsLong());
        }
    }

    @Override
    public void runToInit(Runnable tick) {
        if (symbols().find("run_init_process").isPresent()) {
            runTo(
                    Kprobe.at("run_init_process").pre((probe, regs) -> {
                        board.machine().pause();
                        return 0;
                    }),
                    tick);
        }
    }

    /** Whether it was reached. */
    private boolean runTo(Kprobe.Builder place, Runnable tick) {
        Kprobe probe = kprobes.register(place.build());
        Machine machine = board.machine();
        long end = machine.timeline().retired() + REACHED_BY;
        Machine.Outcome outcome = Machine.Outcome.REACHED;
        while (outcome == Machine.Outcome.REACHED && machine.timeline().retired() < end) {
            outcome = machine.run(machine.timeline().retired() + SLICE);
            tick.run();
        }
        kprobes.unregister(probe);
        return outcome == Machine.Outcome.PAUSED;
    }

    @Override
    public void pauseAt(ProbePoint point) {
        Kprobe probe = Kprobe.at(point.toString())
                .pre((hit, regs) -> {
                    if (!paused) {
                        paused = true;
                        board.machine().pause();
                    }
                    return 0;
                })
                .build();
        planter.register("--snapshot-at", point, () -> kprobes.register(probe));
        pausing = probe;
    }

    @Override
    public boolean paused() {
        return paused;
    }

    @Override
    public void plant(ProbeOptions options) {
        if (!options.isEmpty()) {
            watchModules(); // else the kernel may not be where its symbols say yet
        }
        kprobes.optimize(options.optimize());
        planter.plant(options, GuestTime.of(board.machine().timeline()));
    }

    /** How the kernel's BTF declares the function at a place. */
    private Optional<FunctionPrototype> prototype(ProbePoint point) {
        if (!(point instanceof ProbePoint.InSymbol in)
                || in.place().offset() != 0
                || symbols().byName(in.place().symbol()).stream()
                        .noneMatch(symbol -> symbol.module().isEmpty())) {
            return Optional.empty();
        }
        try {
            if (!btfSought) {
                btfSought = true;
                // What the guest has in its memory by now may be anything; its image lies elsewhere.
                long moved = delta;
                btf = Btf.find(
                        (address, into, offset, length) -> kernel.memory().read(address - moved, into, offset, length),
                        symbols());
            }
            return btf.flatMap(types -> types.function(in.place().symbol()));
        } catch (SymbolException e) {
            events.log("names of arguments are not known: " + e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public String place(long address) {
        try {
            Optional<Location> place = symbols().locate(address);
            if (place.isPresent()) {
                return place.get().symbol().name() + "+0x"
                        + Long.toHexString(place.get().offset());
            }
        } catch (SymbolException e) {
            // A kernel without symbols.
        }
        return "0x" + Long.toHexString(address);
    }

    @Override
    public void drain() {
        recording.drain();
    }

    @Override
    public ConsoleCommands commands() {
        return new ConsoleCommands(
                new ProbeCommands(kprobes, this::registered, modules, this::lookForModules, events::log));
    }

    @Override
    public List<ProbeCount> counts() {
        return registered().stream().map(planter::count).toList();
    }

    private final class Site implements ProbePlanter.Site {
        @Override
        public Guest like() {
            return kernel.options().guest();
        }

        @Override
        public HitReporter reporter() {
            return new HitReporter(
                    symbols(),
                    board.shownRegisters(),
                    board.unwinder(Probes.this::read, symbols()),
                    GuestTime.of(board.machine().timeline()),
                    events);
        }

        @Override
        public Optional<FunctionPrototype> prototype(ProbePoint point) {
            return Probes.this.prototype(point);
        }

        @Override
        public Optional<Location> locate(long address) {
            return symbols().locate(address);
        }

        @Override
        public void resolve(ProbePoint.InSymbol point) {
            symbols().resolve(point.place());
        }
    }
}
