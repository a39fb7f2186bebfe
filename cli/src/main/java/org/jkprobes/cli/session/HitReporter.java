package org.jkprobes.cli.session;

import java.util.List;
import java.util.Optional;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.KprobeHit;
import org.jkprobes.cli.event.KprobeHit.When;
import org.jkprobes.cli.event.RegisterValues;
import org.jkprobes.cli.event.StackFrame;
import org.jkprobes.machine.Timeline;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.Location;
import org.jkprobes.symbols.unwind.Frame;
import org.jkprobes.symbols.unwind.MipsRegisters;
import org.jkprobes.symbols.unwind.MipsUnwinder;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Target;

/** Makes an event of a hit: registers, and the stack before the instruction. */
final class HitReporter {
    /** General registers, Status, LO, HI, BadVAddr, Cause, PC: what follows in the layout is the FPU, which this CPU lacks. */
    private static final int REGISTERS = 38;

    private static final int GENERAL = 32;

    private final Target target;
    private final Timeline timeline;
    private final EventSink events;
    private final KernelSymbols symbols;
    private final MipsUnwinder unwinder;

    HitReporter(Target target, KernelSymbols symbols, Timeline timeline, EventSink events) {
        this.target = target;
        this.symbols = symbols;
        this.timeline = timeline;
        this.events = events;
        unwinder = new MipsUnwinder(
                (address, into, offset, length) -> target.memory().read(address, into, offset, length), symbols);
    }

    void hit(long address, When when, PtRegs regs) {
        Optional<Location> place = symbols.locate(address);
        long[] values = new long[REGISTERS];
        for (int i = 0; i < REGISTERS; i++) {
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
                new RegisterValues(regs.names().subList(0, REGISTERS), values, target.wordBytes() * 8),
                stack(regs)));
    }

    private List<StackFrame> stack(PtRegs regs) {
        MipsRegisters known = MipsRegisters.at(regs.pc());
        for (int i = 1; i < GENERAL; i++) {
            known = known.with(i, regs.get(i));
        }
        return unwinder.unwind(regs.inDelaySlot() ? known.inDelaySlot() : known).frames().stream()
                .map(HitReporter::frame)
                .toList();
    }

    private static StackFrame frame(Frame frame) {
        return new StackFrame(
                frame.pc(),
                frame.location().map(l -> l.symbol().name()).orElse(""),
                frame.location().map(Location::offset).orElse(0L));
    }
}
