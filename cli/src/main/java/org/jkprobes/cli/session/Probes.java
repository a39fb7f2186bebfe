package org.jkprobes.cli.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.ProbeRefusal;
import org.jkprobes.cli.ProbePoint;
import org.jkprobes.cli.UserError;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.KprobeHit.When;
import org.jkprobes.cli.event.ProbeCount;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.target.MipsTarget;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.Location;

/** The probes of a run: planted where the kernel really is, reported, counted. */
final class Probes {
    private static final int V0 = 2;
    /** A kernel has moved itself, or not, long before this many instructions. */
    private static final long RELOCATED_BY = 1_000_000_000;

    private final Malta malta;
    private final EventSink events;
    private final MipsTarget target;
    private final Kprobes kprobes;
    private final List<Kprobe> planted = new ArrayList<>();
    private KernelSymbols symbols;

    Probes(Malta malta, KernelSymbols linked, EventSink events) {
        this.malta = malta;
        this.events = events;
        symbols = linked;
        target = new MipsTarget(malta.cpu(), () -> symbols);
        kprobes = Kprobes.on(target);
    }

    /** Runs the guest until its kernel knows where it is: symbols are those of the running kernel from then on. */
    void settle(OptionalLong relocationJump) {
        if (relocationJump.isEmpty()) {
            return;
        }
        long[] start = new long[1];
        Kprobe jump = Kprobe.at(relocationJump.getAsLong())
                .pre((probe, regs) -> {
                    start[0] = regs.get(V0);
                    malta.machine().pause();
                    return 0;
                })
                .build();
        kprobes.register(jump);
        Machine.Outcome outcome = malta.machine().run(RELOCATED_BY);
        kprobes.unregister(jump);
        if (outcome == Machine.Outcome.PAUSED) {
            symbols = symbols.relocated(Relocation.delta(symbols, start[0]));
        }
    }

    KernelSymbols symbols() {
        return symbols;
    }

    /**
     * Plants probes.
     *
     * @param after whether registers after the instruction are reported too
     * @throws UserError if one is refused
     */
    void plant(List<ProbePoint> points, boolean after) {
        HitReporter reporter = new HitReporter(target, symbols, malta.machine().timeline(), events);
        for (ProbePoint point : points) {
            Kprobe.Builder probe = Kprobe.at(point.toString()).pre((hit, regs) -> {
                reporter.hit(hit.address(), When.PRE, regs);
                return 0;
            });
            if (after) {
                probe.post((hit, regs, flags) -> reporter.hit(hit.address(), When.POST, regs));
            }
            planted.add(probe.build());
        }
        if (planted.isEmpty()) {
            return;
        }
        try {
            kprobes.register(planted);
        } catch (ProbeRefusal e) {
            throw new UserError("--kprobe " + e.getMessage(), e);
        }
    }

    List<ProbeCount> counts() {
        return planted.stream().map(this::count).toList();
    }

    private ProbeCount count(Kprobe probe) {
        Optional<Location> place = symbols.locate(probe.address());
        return new ProbeCount(
                place.map(l -> l.symbol().name()).orElse(""),
                place.map(Location::offset).orElse(0L),
                probe.address(),
                probe.hits(),
                probe.nmissed());
    }
}
