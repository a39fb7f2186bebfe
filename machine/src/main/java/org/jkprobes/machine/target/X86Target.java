package org.jkprobes.machine.target;

import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jkprobes.arch.x86.X86Layout;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.machine.cpu.x86.X86Address;
import org.jkprobes.machine.cpu.x86.X86Cpu;
import org.jkprobes.target.DieChain;
import org.jkprobes.target.GuestCalls;
import org.jkprobes.target.Instrumentation;
import org.jkprobes.target.Memory;
import org.jkprobes.target.SlotArea;
import org.jkprobes.target.StepInPlace;
import org.jkprobes.target.Symbols;
import org.jkprobes.target.Target;
import org.jkprobes.target.Text;

/** An i386 or x86-64 guest on the embedded machine. */
public final class X86Target implements Target {
    private final X86Cpu cpu;
    private final X86Layout layout;
    private final X86Regs regs;
    private final GuestMemory memory;
    private final OverlayText text;
    private final OverlaySlots slots;
    private final OverlayProbes probes;
    private final NestedCalls calls;
    private final DieChain chain = new DieChain();
    private final Supplier<? extends Symbols> symbols;

    /** A target of the CPU; {@code symbols} is asked at every look-up, so that it may learn of modules. */
    public X86Target(X86Cpu cpu, X86Layout layout, Supplier<? extends Symbols> symbols) {
        this(cpu, layout, symbols, () -> false);
    }

    /** A target of a machine's CPU, whose kernel is one of 32 or 64 bits. Guest calls of handlers also end when the machine is stopped. */
    public X86Target(X86Cpu cpu, X86Layout layout, Supplier<? extends Symbols> symbols, BooleanSupplier stopped) {
        this.cpu = cpu;
        this.layout = layout;
        this.symbols = symbols;
        boolean wide = layout == X86Layout.AMD64;
        regs = new X86Regs(cpu, layout);
        memory = new GuestMemory(cpu);
        ProbedPlaces places = new ProbedPlaces(cpu, 1, X86Decoder.MAX_LENGTH);
        text = new OverlayText(cpu, memory, places);
        slots = new OverlaySlots(cpu, wide ? X86Address.SLOTS : X86Address.SLOTS_32);
        probes = new OverlayProbes(cpu, places);
        calls = new NestedCalls(cpu, new X86Calls(cpu, memory, wide), symbols, stopped);
        cpu.traps(new Traps(cpu, regs, new X86Events(), chain, probes, calls));
    }

    @Override
    public String architecture() {
        return layout == X86Layout.AMD64 ? "x86_64" : "i386";
    }

    @Override
    public ByteOrder byteOrder() {
        return ByteOrder.LITTLE_ENDIAN;
    }

    @Override
    public int wordBytes() {
        return layout.wordBytes();
    }

    @Override
    public int cpus() {
        return 1;
    }

    /** The registers of the one vCPU: of the stopped guest, when no handler runs. */
    public X86Regs regs() {
        return regs;
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
    public boolean hidesBreakpoints() {
        return true;
    }
}
