package org.jkprobes.machine.cpu;

import java.util.function.LongPredicate;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.engine.Block;
import org.jkprobes.machine.engine.Bus;
import org.jkprobes.machine.engine.FetchOverlay;
import org.jkprobes.machine.engine.Ram;
import org.jkprobes.machine.engine.RecordedProbe;
import org.jkprobes.machine.engine.Vcpu;
import org.jspecify.annotations.Nullable;

/** A CPU whose instructions may have probes. Addresses are virtual ones, of x86 linear ones. */
public abstract class ProbedCpu extends Vcpu {
    private final FetchOverlay overlay = new FetchOverlay();
    private final ProbeCells cells = new ProbeCells();
    private final HitJournal journal = new HitJournal();
    private LongPredicate debugger = address -> false;

    protected ProbedCpu(
            Ram ram, Bus bus, Timeline timeline, long addressMask, int instructionAlignment, boolean mayCross) {
        super(ram, bus, timeline, addressMask, instructionAlignment, mayCross);
    }

    /** Breakpoints and slots. */
    public final FetchOverlay overlay() {
        return overlay;
    }

    /** Virtual ns since power-on, as somebody sees it who is not the guest. */
    public final long now() {
        return timeline.unseen();
    }

    /** Guest instructions retired since power-on. */
    public final long retired() {
        return timeline.retired();
    }

    /** What handlers of probes have changed. */
    public final HitJournal journal() {
        return journal;
    }

    /** What emitted code counts. */
    public final ProbeCells cells() {
        return cells;
    }

    /** A probe that is only counted was hit so much oftener than has been counted. */
    public final void count(int number, long hits) {
        cells.add(number, hits);
    }

    /** Whether hits are not counted: the guest does again what it did before. */
    public final void quiet(boolean now) {
        cells.quiet(now);
    }

    @Override
    protected final long probeCells() {
        return cells.address();
    }

    @Nullable
    @Override
    protected final RecordedProbe recordOf(int number) {
        return cells.recordOf(number);
    }

    @Override
    protected boolean countsProbe(Block block, int number) {
        return cells.counts(number);
    }

    /** Who is asked at each of the overlay's stops whether the CPU really stops; if so, they pause the machine. */
    public final void debugger(LongPredicate stops) {
        debugger = stops;
    }

    /**
     * At pc a breakpoint was lifted: whether that was for the debugger's sake, and nothing is left to do. Then the CPU stops before the
     * instruction, or whatever else stands there has had its turn.
     */
    protected final boolean debuggerStops(TrapHook traps) {
        if (!overlay.stopsAt(pc)) {
            return false;
        }
        if (!timeline.frozen() && debugger.test(pc)) {
            attention = true;
        } else if (!traps.stopPassed()) {
            stepProbed();
        }
        return true;
    }

    /** Who is asked before an exception is raised that a probe may want. */
    public abstract void traps(TrapHook hook);

    /** Who that is. */
    public abstract TrapHook traps();

    /** A probed instruction is being stepped in its slot: interrupts are held. */
    public abstract void stepping(boolean now);

    /** Executes the instruction at pc where it stands, whatever breakpoint stands there, and tells the trap hook when it is done. */
    public abstract void stepInPlace();

    /** Executes the instruction at pc, whose probe has been asked, as {@link #stepInPlace}; the hook's probe methods are told. */
    public abstract void stepProbed();

    /** Whether {@link #stepInPlace} has been asked for and is not done. */
    public abstract boolean steppingInPlace();

    /** Whether an address is one of a slot. Only while an instruction is stepped there is a slot at it. */
    public abstract boolean isSlot(long address);

    /** Goes on at an address, with no branch pending. */
    public abstract void jump(long address);

    /** A physical address without any effect on the guest, as the kernel sees it; -1 where nothing is mapped. */
    public abstract long peek(long address);

    /** The offset in RAM of a kernel address, or -1: no effect on the guest. */
    public final long ramOffset(long address) {
        long physical = peek(address);
        return physical < 0 ? -1 : bus.ramOffset(physical);
    }

    /** Copies out of RAM, inside one page. */
    public final void readRam(long offset, byte[] into, int start, int length) {
        ram.read(offset, into, start, length);
    }
}
