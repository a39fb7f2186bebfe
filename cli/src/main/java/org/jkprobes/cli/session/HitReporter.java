package org.jkprobes.cli.session;

import java.util.Optional;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.KprobeHit;
import org.jkprobes.cli.event.KprobeHit.When;
import org.jkprobes.cli.event.RegisterValues;
import org.jkprobes.cli.event.StackFrame;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.Location;
import org.jkprobes.symbols.unwind.Frame;
import org.jkprobes.symbols.unwind.StackTrace;
import org.jkprobes.target.PtRegs;

/** Makes an event of a hit: registers, and the stack before the instruction. */
final class HitReporter {
    /** Unwinds the stack of a guest stopped with these registers. */
    @FunctionalInterface
    interface Unwinder {
        StackTrace unwind(PtRegs regs);
    }

    private final KernelSymbols symbols;
    private final int registers;
    private final int bits;
    private final Unwinder unwinder;
    private final GuestTime timeline;
    private final EventSink events;

    /** @param registers how many are shown, from the first on */
    HitReporter(KernelSymbols symbols, int registers, Unwinder unwinder, GuestTime timeline, EventSink events) {
        this.symbols = symbols;
        this.registers = registers;
        bits = symbols.model().wordSize() * 8;
        this.unwinder = unwinder;
        this.timeline = timeline;
        this.events = events;
    }

    void hit(long address, When when, PtRegs regs) {
        Optional<Location> place = symbols.locate(address);
        long[] values = new long[registers];
        for (int i = 0; i < registers; i++) {
            values[i] = regs.get(i);
        }
        events.hit(new KprobeHit(
                place.map(l -> l.symbol().name()).orElse(""),
                place.map(Location::offset).orElse(0L),
                address,
                regs.cpu(),
                when,
                timeline.now(),
                timeline.retired(),
                new RegisterValues(regs.names().subList(0, registers), values, bits),
                unwinder.unwind(regs).frames().stream().map(HitReporter::frame).toList()));
    }

    private static StackFrame frame(Frame frame) {
        return new StackFrame(
                frame.pc(),
                frame.location().map(l -> l.symbol().name()).orElse(""),
                frame.location().map(Location::offset).orElse(0L));
    }
}
