package org.jkprobes.machine.target;

import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jkprobes.machine.cpu.mips.MipsAddress;
import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.target.DieChain;
import org.jkprobes.target.GuestCalls;
import org.jkprobes.target.Instrumentation;
import org.jkprobes.target.Memory;
import org.jkprobes.target.SlotArea;
import org.jkprobes.target.StepInPlace;
import org.jkprobes.target.Symbols;
import org.jkprobes.target.Target;
import org.jkprobes.target.Text;

/** A MIPS guest on the embedded machine. */
public final class MipsTarget implements Target {
    private static final int INSTRUCTION_BYTES = 4;

    private final MipsCpu cpu;
    private final MipsRegs regs;
    private final GuestMemory memory;
    private final OverlayText text;
    private final OverlaySlots slots;
    private final OverlayProbes probes;
    private final NestedCalls calls;
    private final DieChain chain = new DieChain();
    private final Supplier<? extends Symbols> symbols;

    /** A target of the CPU; {@code symbols} is asked at every look-up, so that it may learn of modules. */
    public MipsTarget(MipsCpu cpu, Supplier<? extends Symbols> symbols) {
        this(cpu, symbols, () -> false);
    }

    /** A target of a machine's CPU. Guest calls of handlers also end when the machine is stopped. */
    public MipsTarget(MipsCpu cpu, Supplier<? extends Symbols> symbols, BooleanSupplier stopped) {
        this.cpu = cpu;
        this.symbols = symbols;
        regs = new MipsRegs(cpu);
        memory = new GuestMemory(cpu);
        ProbedPlaces places = new ProbedPlaces(cpu, INSTRUCTION_BYTES, INSTRUCTION_BYTES);
        text = new OverlayText(cpu, memory, places);
        slots = new OverlaySlots(cpu, MipsAddress.SLOTS);
        probes = new OverlayProbes(cpu, places);
        calls = new NestedCalls(cpu, new MipsCalls(cpu, memory), symbols, stopped);
        cpu.traps(new Traps(cpu, regs, new MipsEvents(), chain, probes, calls));
    }

    @Override
    public String architecture() {
        return "mips";
    }

    @Override
    public ByteOrder byteOrder() {
        return ByteOrder.LITTLE_ENDIAN;
    }

    @Override
    public int wordBytes() {
        return 4;
    }

    @Override
    public int cpus() {
        return 1;
    }

    /** The registers of the one vCPU: of the stopped guest, when no handler runs. */
    public MipsRegs regs() {
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
        return MipsAddress.isSlot(address) ? Optional.of("it lies in the instruction slots") : Optional.empty();
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
