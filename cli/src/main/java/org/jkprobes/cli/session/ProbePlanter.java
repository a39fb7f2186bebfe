package org.jkprobes.cli.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jkprobes.Jprobe;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.Kretprobe;
import org.jkprobes.ProbeRefusal;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.JprobePoint;
import org.jkprobes.cli.ProbeOptions;
import org.jkprobes.cli.ProbePoint;
import org.jkprobes.cli.RecordPoint;
import org.jkprobes.cli.UserError;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.KprobeHit.When;
import org.jkprobes.cli.event.ProbeCount;
import org.jkprobes.module.ModuleException;
import org.jkprobes.module.ProbeModules;
import org.jkprobes.symbols.Location;
import org.jkprobes.symbols.SymbolException;
import org.jkprobes.symbols.btf.FunctionPrototype;

/** Plants what a command line asks for, wherever the guest runs. */
final class ProbePlanter {
    /** What depends on where it runs. */
    interface Site {
        Guest like();

        /** Whoever tells of hits, with the symbols that there are now. */
        HitReporter reporter();

        /** How the function at a place is declared, as far as that is known. */
        Optional<FunctionPrototype> prototype(ProbePoint point);

        /** Where an address is. */
        Optional<Location> locate(long address);

        /** @throws SymbolException if there is no such place */
        void resolve(ProbePoint.InSymbol point);
    }

    private final Kprobes kprobes;
    private final ProbeModules modules;
    private final RecordingProbes recording;
    private final EventSink events;
    private final Site site;
    private final List<Kretprobe<?>> kretprobes = new ArrayList<>();

    ProbePlanter(Kprobes kprobes, ProbeModules modules, RecordingProbes recording, EventSink events, Site site) {
        this.kprobes = kprobes;
        this.modules = modules;
        this.recording = recording;
        this.events = events;
        this.site = site;
    }

    /** @throws UserError if one is refused */
    void plant(ProbeOptions options, GuestTime time) {
        kprobes(options.kprobes(), options.after());
        FunctionProbes functions = new FunctionProbes(kprobes, time, events);
        for (JprobePoint point : options.jprobes()) {
            Jprobe probe = functions.jprobe(
                    point.toString(), ShownArguments.of(site.like(), site.prototype(point.place()), point.arguments()));
            register("--jprobe", point.place(), () -> kprobes.register(probe));
        }
        for (ProbePoint point : options.kretprobes()) {
            Kretprobe<?> probe = functions.kretprobe(point.toString());
            register("--kretprobe", point, () -> kprobes.register(probe));
            kretprobes.add(probe);
        }
        for (RecordPoint point : options.records()) {
            register("--record", point.place(), () -> kprobes.register(recording.probe(point)));
        }
        try {
            options.builtIn().forEach(modules::load);
            options.modules().forEach(modules::load);
        } catch (ModuleException e) {
            throw new UserError("--module " + e.getMessage(), e);
        }
    }

    private void kprobes(List<ProbePoint> points, boolean after) {
        if (points.isEmpty()) {
            return;
        }
        HitReporter reporter = site.reporter();
        for (ProbePoint point : points) {
            Kprobe.Builder probe = Kprobe.at(point.toString()).pre((hit, regs) -> {
                reporter.hit(hit.address(), When.PRE, regs);
                return 0;
            });
            if (after) {
                probe.post((hit, regs, flags) -> reporter.hit(hit.address(), When.POST, regs));
            }
            Kprobe built = probe.build();
            register("--kprobe", point, () -> kprobes.register(built));
        }
    }

    /** @throws UserError if it is refused, or there is no such place */
    void register(String option, ProbePoint point, Runnable registration) {
        try {
            if (point instanceof ProbePoint.InSymbol in) {
                site.resolve(in); // an offset may not lead out of its function
            }
            registration.run();
        } catch (ProbeRefusal | SymbolException e) {
            throw new UserError(option + " " + e.getMessage(), e);
        }
    }

    ProbeCount count(Kprobe probe) {
        Optional<Location> place = site.locate(probe.address());
        long noInstance = kretprobes.stream()
                .filter(one -> one.kprobe().equals(probe))
                .mapToLong(Kretprobe::nmissed)
                .sum();
        String kind = probe.toString();
        return new ProbeCount(
                kind.substring(0, kind.indexOf(' ')),
                place.map(l -> l.symbol().name()).orElse(""),
                place.map(Location::offset).orElse(0L),
                probe.address(),
                probe.hits(),
                probe.nmissed() + noInstance);
    }
}
