package org.jkprobes.toy;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jkprobes.isa.mips.MipsAssembler;
import org.jkprobes.target.DieChain;
import org.jkprobes.target.GuestCalls;
import org.jkprobes.target.Instrumentation;
import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.SlotArea;
import org.jkprobes.target.StepInPlace;
import org.jkprobes.target.Symbol;
import org.jkprobes.target.Symbols;
import org.jkprobes.target.Target;
import org.jkprobes.target.Text;
import org.jspecify.annotations.Nullable;

/** The toy machine, as a target. What it offers can be chosen, so that every path of Kprobes is taken. */
public final class ToyMachine implements Target, StepInPlace, GuestCalls, Instrumentation, Symbols {
    /** What the machine offers. */
    public record Offer(boolean slots, boolean stepInPlace, boolean instrumentation, int slotBytes) {
        /** All of it but instrumentation. */
        public static final Offer REFERENCE = new Offer(true, true, false, 1 << 18);
        /** All of it. */
        public static final Offer OPTIMIZED = new Offer(true, true, true, 1 << 18);
        /** No step in place. */
        public static final Offer SLOTS_ONLY = new Offer(true, false, false, 1 << 18);
        /** No slots. */
        public static final Offer IN_PLACE_ONLY = new Offer(false, true, false, 0);
    }

    record Installed(boolean after, Instrumentation.Callback callback) {}

    public final ToyRam ram = new ToyRam();
    public final ToyText text;
    final DieChain chain = new DieChain();
    final Map<Long, Installed> installed = new ConcurrentHashMap<>();
    public final ToyCpu[] cpus;
    private final Offer offer;
    /** What time it is. */
    public long now;

    private final TreeMap<Long, Symbol> symbols = new TreeMap<>();
    private final List<Symbol> doubles = new ArrayList<>();
    private final List<Runnable> otherPast = new ArrayList<>();

    public ToyMachine(int cpus, Offer offer) {
        this.offer = offer;
        text = new ToyText(ram, offer.slotBytes);
        this.cpus = new ToyCpu[cpus];
        for (int i = 0; i < cpus; i++) {
            this.cpus[i] = new ToyCpu(this, i);
        }
    }

    /** What is installed at an address. */
    public Instrumentation.@Nullable Callback callback(long address) {
        Installed one = installed.get(address);
        return one == null ? null : one.callback();
    }

    /** How many addresses are instrumented. */
    public int installed() {
        return installed.size();
    }

    /** Assembles a function at an address, and names it. Returns the assembler, for its labels. */
    public MipsAssembler function(String name, long address, String code) {
        MipsAssembler assembler = new MipsAssembler(address).add(code);
        int[] words = assembler.words();
        for (int i = 0; i < words.length; i++) {
            ram.store(address + 4L * i, words[i], -1);
        }
        Symbol symbol = new Symbol(name, address, 4L * words.length, "", 'T');
        if (!byName(name).isEmpty()) {
            doubles.add(symbol);
        }
        symbols.put(address, symbol);
        return assembler;
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
        return cpus.length;
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public int register(String name) {
        return cpus[0].index(name);
    }

    @Override
    public Memory memory() {
        return ram;
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
        return this;
    }

    @Override
    public Optional<String> blacklisted(long address) {
        return Optional.empty();
    }

    @Override
    public Optional<SlotArea> slots() {
        return offer.slots ? Optional.of(text) : Optional.empty();
    }

    @Override
    public Optional<StepInPlace> stepInPlace() {
        return offer.stepInPlace ? Optional.of(this) : Optional.empty();
    }

    @Override
    public Optional<Instrumentation> instrumentation() {
        return offer.instrumentation ? Optional.of(this) : Optional.empty();
    }

    @Override
    public Optional<GuestCalls> guestCalls() {
        return Optional.of(this);
    }

    @Override
    public boolean hidesBreakpoints() {
        return true;
    }

    @Override
    public void onAnotherPast(Runnable listener) {
        otherPast.add(listener);
    }

    /** As if the guest went on from a moment of its past. */
    public void anotherPast() {
        otherPast.forEach(Runnable::run);
    }

    @Override
    public void stepInPlace(PtRegs regs) {
        ((ToyCpu) regs).inPlace = true;
    }

    @Override
    public Outcome call(PtRegs regs, long function, long budget, long... arguments) {
        return ((ToyCpu) regs).call(function, budget, arguments);
    }

    @Override
    public boolean install(long address, boolean after, Callback callback) {
        installed.put(address, new Installed(after, callback));
        return true;
    }

    @Override
    public void remove(long address) {
        installed.remove(address);
    }

    @Override
    public List<Symbol> byName(String name) {
        return Stream.concat(symbols.values().stream(), doubles.stream())
                .filter(s -> s.name().equals(name))
                .distinct()
                .toList();
    }

    @Override
    public Optional<Symbol> at(long address) {
        Map.Entry<Long, Symbol> entry = symbols.floorEntry(address);
        return entry != null && address < entry.getKey() + entry.getValue().size()
                ? Optional.of(entry.getValue())
                : Optional.empty();
    }

    @Override
    public boolean isText(long address) {
        return at(address).isPresent();
    }

    @Override
    public Stream<Symbol> all() {
        return symbols.values().stream();
    }
}
