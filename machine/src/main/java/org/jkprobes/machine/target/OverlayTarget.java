package org.jkprobes.machine.target;

import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.target.DieChain;
import org.jkprobes.target.GuestCalls;
import org.jkprobes.target.Instrumentation;
import org.jkprobes.target.Memory;
import org.jkprobes.target.SlotArea;
import org.jkprobes.target.StepInPlace;
import org.jkprobes.target.Symbols;
import org.jkprobes.target.Target;
import org.jkprobes.target.Text;

/**
 * A guest on the embedded machine: breakpoints and slots in the overlay that only fetches see. An architecture brings its registers and
 * what {@link Traits} names.
 */
abstract class OverlayTarget<R extends SlottedRegs> implements Target {
    /**
     * What differs from one architecture to another.
     *
     * @param alignment bytes to which instructions are aligned
     * @param longest bytes of the longest instruction
     * @param slots where the instruction slots appear
     */
    record Traits(int alignment, int longest, long slots, CallConvention convention, ExceptionEvents events) {}

    private final ProbedCpu cpu;
    private final R regs;
    private final Memory memory;
    private final OverlayText text;
    private final OverlaySlots slots;
    private final OverlayProbes probes;
    private final NestedCalls calls;
    private final DieChain chain = new DieChain();
    private final Supplier<? extends Symbols> symbols;
    private final List<Runnable> otherPast = new CopyOnWriteArrayList<>();

    /**
     * A target of a machine's CPU.
     *
     * @param symbols asked at every look-up, so that it may learn of modules
     * @param stopped whether the machine is: guest calls of handlers end then
     */
    OverlayTarget(
            ProbedCpu cpu,
            R regs,
            GuestMemory memory,
            Traits traits,
            Supplier<? extends Symbols> symbols,
            BooleanSupplier stopped) {
        this.cpu = cpu;
        this.regs = regs;
        this.memory = memory;
        this.symbols = symbols;
        ProbedPlaces places = new ProbedPlaces(cpu, traits.alignment, traits.longest);
        text = new OverlayText(cpu, memory, places);
        slots = new OverlaySlots(cpu, traits.slots);
        probes = new OverlayProbes(cpu, places, regs::slot);
        calls = new NestedCalls(cpu, traits.convention, symbols, stopped);
        cpu.traps(new Traps(
                cpu, regs, traits.events, chain, probes, calls, places, () -> otherPast.forEach(Runnable::run)));
    }

    @Override
    public ByteOrder byteOrder() {
        return ByteOrder.LITTLE_ENDIAN;
    }

    @Override
    public int cpus() {
        return 1;
    }

    /** The registers of the one vCPU: of the stopped guest, when no handler runs. */
    public R regs() {
        return regs;
    }

    @Override
    public long now() {
        return cpu.now();
    }

    @Override
    public int register(String name) {
        return regs.index(name);
    }

    @Override
    public Memory memory() {
        return memory;
    }

    @Override
    public Text text() {
        return text;
    }

    @Override
    public DieChain dieChain() {
        return chain;
    }

    @Override
    public Symbols symbols() {
        return symbols.get();
    }

    @Override
    public Optional<String> blacklisted(long address) {
        return slots.contains(address) ? Optional.of("it lies in the instruction slots") : Optional.empty();
    }

    @Override
    public Optional<SlotArea> slots() {
        return Optional.of(slots);
    }

    @Override
    public Optional<StepInPlace> stepInPlace() {
        return Optional.of(stepped -> cpu.stepInPlace());
    }

    @Override
    public Optional<Instrumentation> instrumentation() {
        return Optional.of(probes);
    }

    @Override
    public Optional<GuestCalls> guestCalls() {
        return Optional.of(calls);
    }

    @Override
    public void onAnotherPast(Runnable listener) {
        otherPast.add(listener);
    }

    @Override
    public boolean hidesBreakpoints() {
        return true;
    }
}
