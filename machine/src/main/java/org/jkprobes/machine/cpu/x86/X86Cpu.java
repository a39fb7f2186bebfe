package org.jkprobes.machine.cpu.x86;

import static org.jkprobes.machine.cpu.x86.X86Slots.ADDRESS;
import static org.jkprobes.machine.cpu.x86.X86Slots.CC_A;
import static org.jkprobes.machine.cpu.x86.X86Slots.CC_B;
import static org.jkprobes.machine.cpu.x86.X86Slots.CC_C;
import static org.jkprobes.machine.cpu.x86.X86Slots.CC_OP;
import static org.jkprobes.machine.cpu.x86.X86Slots.DF;
import static org.jkprobes.machine.cpu.x86.X86Slots.SEGMENT_BASE;

import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.Consumer;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.cpu.x86.fpu.FpuCode;
import org.jkprobes.machine.device.Device;
import org.jkprobes.machine.device.InterruptLine;
import org.jkprobes.machine.device.X86Interrupts;
import org.jkprobes.machine.engine.Block;
import org.jkprobes.machine.engine.BlockBuilder;
import org.jkprobes.machine.engine.Bus;
import org.jkprobes.machine.engine.FetchOverlay;
import org.jkprobes.machine.engine.Op;
import org.jkprobes.machine.engine.Ram;
import org.jkprobes.machine.engine.Vcpu;

/**
 * An x86-64 CPU: what {@link Cpuid} tells. The engine's pc is the linear address of an instruction; RIP is its offset in CS.
 *
 * <p>What it does not do: virtual 8086 mode, task switches by far transfers; a near branch to an address that is
 * not canonical faults at that address and not at the branch.
 */
public final class X86Cpu extends Vcpu {
    /** {@link #pending}: the exception in {@link X86System#fault}. */
    private static final int FAULT = 1;

    private static final long LOW_32 = 0xffffffffL;
    private static final int LIMITS = ModeBits.DATA_LIMIT | ModeBits.FS_LIMIT | ModeBits.GS_LIMIT;
    /** Modes in which every instruction runs alone. */
    private static final int ALONE = ModeBits.TRAP | ModeBits.EXECUTION_BREAKPOINTS | X86Lifter.IN_PLACE;

    private final X86System system;
    private final X86Interrupts interrupts;
    private final Device ports;
    private final InstructionTable table = new InstructionTable();
    private final FetchOverlay overlay = new FetchOverlay();
    private final X86Lifter lifter;
    private final IntegerOperations integers = new IntegerOperations(this);
    private final FloatingPoint floats = new FloatingPoint(this);
    private final StringInstructions strings = new StringInstructions(this);
    private final SystemInstructions instructions;
    private final Debugging debugging;
    private final FaultRules faults;
    private final Set<String> reported = new HashSet<>();
    private Consumer<String> reports = text -> {};
    private Runnable shutdown = () -> {};
    private boolean waiting;
    private boolean nmi;
    /** Until when, in virtual ns, {@link SystemState#interruptShadow} holds. */
    private long shadowUntil = -1;
    /** Virtual ns at which the CPU is between two iterations of the string instruction at pc. */
    private long repeatedUntil = -1;
    /** Attention is wanted after the next instruction. */
    private boolean attendAfterNext;

    /** Connects a CPU as after power-on. Its INTR pin is {@link #interruptPin}, its NMI pin {@link #nmiPin}. */
    public X86Cpu(Ram ram, Bus bus, Device ports, X86Interrupts interrupts, Timeline timeline) {
        super(ram, bus, timeline, LOW_32, 1, true);
        this.interrupts = interrupts;
        this.ports = ports;
        system = new X86System(new Registers(), new Physical(), new CpuEvents(this));
        instructions = new SystemInstructions(this, system);
        debugging = new Debugging(this, system);
        faults = new FaultRules(this, system);
        lifter = new X86Lifter(new Fetches(), overlay, table);
        slot(X86Slots.RDX, Cpuid.SIGNATURE);
        pc = 0xfffffff0L;
        modeChanged();
    }

    /** Who is told, once each, of what the guest asked for and this CPU lacks. */
    public void reports(Consumer<String> to) {
        reports = to;
    }

    /** What happens when the CPU shuts down, after a triple fault. */
    public void shutdown(Runnable action) {
        shutdown = action;
    }

    /** Level: {@link X86Interrupts#pending}. */
    public InterruptLine interruptPin() {
        return level -> attention |= level;
    }

    /** To be run for each non-maskable interrupt. */
    public Runnable nmiPin() {
        return () -> {
            nmi = true;
            attention = true;
        };
    }

    /** Breakpoints and slots. */
    public FetchOverlay overlay() {
        return overlay;
    }

    X86System system() {
        return system;
    }

    // ---- as firmware sets it up ----

    /** Sets the control registers; EFER.LMA follows from the others. */
    public void loadControls(long cr0, long cr3, long cr4, long efer) {
        boolean done = system.controls.write(4, cr4)
                && system.controls.write(3, cr3)
                && system.msrs.write(Msrs.EFER, efer & ~Cr.EFER_LMA, 0)
                && system.controls.write(0, cr0);
        must(done);
    }

    public void loadGdt(long base, int limit) {
        must(system.tableRegisters.loadGdt(base, limit));
    }

    /** Loads CS, at offset 0, and the other segment registers. */
    public void loadSegments(int code, int data) {
        must(system.transfers.jump(code, 0, 4));
        for (int number : new int[] {Segment.ES, Segment.SS, Segment.DS, Segment.FS, Segment.GS}) {
            must(system.segments.load(number, data));
        }
        modeChanged();
    }

    private void must(boolean done) {
        if (!done) {
            throw new IllegalArgumentException("exception " + system.fault.vector() + " before the first instruction");
        }
    }

    X86Interrupts interrupts() {
        return interrupts;
    }

    void shutDown() {
        shutdown.run();
        waiting = true;
        attention = true;
    }

    /** Tells of something that the CPU lacks, the first time for a kind. */
    void report(String text, String kind) {
        if (reported.size() < 1000 && reported.add(kind)) {
            reports.accept(text);
        }
    }

    /** Tells of an instruction that the CPU lacks. */
    void reportInstruction(X86Instruction i) {
        byte[] bytes = new byte[Math.clamp(i.length(), 1, X86Lifter.LONGEST)];
        int length = peek(pc, bytes);
        String code = HexFormat.ofDelimiter(" ").formatHex(bytes, 0, length);
        report("no such instruction: %s at %x".formatted(code, pc), i.op().name() + i.opcode());
    }

    // ---- registers ----

    /** What the system part sees. */
    private final class Registers implements X86Registers {
        @Override
        public long gpr(int number) {
            return slot(number);
        }

        @Override
        public void gpr(int number, long value) {
            slot(number, value);
        }

        @Override
        public long rip() {
            return X86Cpu.this.rip();
        }

        @Override
        public void rip(long value) {
            X86Cpu.this.rip(value);
        }

        @Override
        public long rflags() {
            return X86Cpu.this.rflags();
        }

        @Override
        public void rflags(long value) {
            X86Cpu.this.rflags(value);
        }
    }

    /** The offset of the next instruction in CS. */
    public long rip() {
        long base = system.state.base(Segment.CS);
        return base == 0 ? pc : pc - base & LOW_32;
    }

    /** Goes on at an offset in CS. */
    public void rip(long value) {
        pc = system.state.in64BitMode() ? value : value + system.state.base(Segment.CS) & LOW_32;
    }

    public long rflags() {
        return arithmeticFlags() | slot(DF) | system.state.systemFlags | Flag.FIXED;
    }

    public void rflags(long value) {
        arithmeticFlags((int) value & Flags.ALL);
        slot(DF, value & Flag.DF);
        // Without breakpoints nobody can tell that RF goes at once.
        boolean keepsResume = (mode & ModeBits.EXECUTION_BREAKPOINTS) != 0;
        system.state.systemFlags = value & Flag.SYSTEM & ~(keepsResume ? 0 : Flag.RF);
    }

    int arithmeticFlags() {
        return Flags.image((int) slot(CC_OP), slot(CC_A), slot(CC_B), slot(CC_C));
    }

    void arithmeticFlags(int image) {
        slot(CC_OP, Flags.op(Flags.IMAGE, 0));
        slot(CC_A, image & Flags.ALL);
    }

    boolean directionDown() {
        return slot(DF) != 0;
    }

    /** Writes the low bits of a general register as an instruction of a width does. */
    void gpr(int width, int number, long value) {
        slot(
                number,
                switch (width) {
                    case 64 -> value;
                    case 32 -> value & LOW_32;
                    default -> {
                        long mask = (1L << width) - 1;
                        yield slot(number) & ~mask | value & mask;
                    }
                });
    }

    /** All that lifting depends on may have changed. */
    void modeChanged() {
        int now = system.state.modeBits() | mode & X86Lifter.IN_PLACE;
        strict = system.state.checksAlignment();
        int changed = now ^ mode;
        mode = now;
        if ((changed & ModeBits.LONG) != 0) {
            boolean wide = (now & ModeBits.LONG) != 0;
            addressMask = wide ? -1L : LOW_32;
            for (int i = 0; i < 8 && !wide; i++) {
                slot(i, slot(i) & LOW_32);
            }
        }
    }

    /** Adds to RSP, ESP or SP, whichever a mask says. */
    void moveStack(long mask, long by) {
        long old = slot(X86Slots.RSP);
        long moved = old + by & mask;
        slot(X86Slots.RSP, mask == 0xffff ? old & ~mask | moved : moved);
    }

    // ---- interrupts ----

    @Override
    public boolean waiting() {
        return waiting;
    }

    /** HLT. */
    void halt() {
        waiting = true;
        attention = true;
    }

    @Override
    public boolean canWake() {
        return system.state.flag(Flag.IF);
    }

    @Override
    public boolean stepping() {
        return false;
    }

    private boolean interruptDue() {
        return nmi && !system.state.nmiBlocked || system.state.flag(Flag.IF) && interrupts.pending();
    }

    /** IF may have been set, or an interrupt may have become due. */
    void lookAtInterrupts() {
        attention |= interruptDue();
    }

    /** The instruction at work, at a virtual time, holds interrupts off until the next is done. */
    void shadow(long now) {
        system.state.interruptShadow = true;
        shadowUntil = now;
    }

    /** SS was loaded: neither interrupts nor traps until the next instruction is done. */
    void stackSegmentLoaded(long now) {
        shadow(now);
        debugging.interrupted();
    }

    @Override
    public void attend() {
        attention = false;
        attendAfterNext = false;
        if (!interruptDue()) {
            return;
        }
        if (system.state.interruptShadow && timeline.now() == shadowUntil) {
            attendAfterNext = true;
            return;
        }
        boolean masked = !(nmi && !system.state.nmiBlocked);
        int vector = masked ? interrupts.acknowledge() : Vectors.NMI;
        if (vector == X86Interrupts.NOTHING) {
            return;
        }
        nmi &= masked;
        waiting = false;
        deliver(vector, 0, Kind.EXTERNAL, rip());
    }

    @Override
    protected boolean wantsAlone() {
        return (mode & ALONE) != 0 ? debugging.before(mode) : attendAfterNext;
    }

    @Override
    protected void ranAlone() {
        if (attendAfterNext) {
            attendAfterNext = false;
            attention = true;
        }
        debugging.after();
    }

    // ---- exceptions ----

    /** Enters the handler of an event. */
    void deliver(int vector, int errorCode, Kind kind, long returnRip) {
        debugging.interrupted();
        system.exceptions.betweenIterations(kind != Kind.FAULT && timeline.now() == repeatedUntil);
        system.exceptions.deliver(vector, errorCode, kind, returnRip);
        modeChanged();
        lookAtInterrupts();
    }

    /** Raises what {@link X86System#fault} holds, at pc. */
    private void deliverFault() {
        Fault fault = system.fault;
        deliver(fault.vector(), fault.errorCode(), Kind.FAULT, rip());
    }

    /** The instruction at work is to raise an exception. */
    void fault(int vector) {
        system.fault.raise(vector);
        fault();
    }

    /** The instruction at work is to raise what {@link X86System#fault} holds. */
    void fault() {
        pending = FAULT;
        leaving = true;
    }

    /** The instruction at work is to be run again as a block of its own. */
    boolean wantAlone() {
        if (!alone) {
            leaving = true;
        }
        return !alone;
    }

    /** The instruction at work has not happened. */
    boolean left() {
        return leaving;
    }

    @Override
    protected int rewind(Block block, int instruction) {
        pc = block.pcOf(instruction);
        return instruction;
    }

    @Override
    protected void raise(Block block, int instruction, int exception) {
        pc = block.pcOf(instruction);
        faults.refine();
        deliverFault();
    }

    @Override
    protected void jump(Block block, int instruction, long target) {
        pc = target;
        if (!Paging.canonical(target) && (mode & ModeBits.LONG) != 0) {
            pc = block.pcOf(instruction);
            faults.undoJump();
            fault(Vectors.PROTECTION);
        }
    }

    /** The instruction at pc, without any effect on the guest. */
    X86Instruction decodeHere() {
        byte[] bytes = new byte[X86Lifter.LONGEST];
        int length = peek(pc, bytes);
        return X86Decoder.decode(bytes, 0, length, X86Lifter.decoding(mode));
    }

    /** Reads instruction bytes without any effect on the guest; how many are mapped. */
    private int peek(long linear, byte[] into) {
        for (int i = 0; i < into.length; i++) {
            long physical = system.paging.peek(linear + i & addressMask);
            if (physical < 0) {
                return i;
            }
            into[i] = (byte) loadPhysical(physical, 1);
        }
        return into.length;
    }

    @Override
    protected void breakpoint(Block block, int instruction, int code) {
        pc = block.pcOf(instruction);
        deliver(Vectors.BREAKPOINT, 0, Kind.SOFTWARE, rip() + 1);
    }

    @Override
    protected boolean probe(Block block, int number) {
        return true;
    }

    // ---- translation ----

    @Override
    protected int usedSlots() {
        return X86Slots.COUNT;
    }

    @Override
    protected boolean fetchIsFixed(long address) {
        return false;
    }

    @Override
    protected long translateFetch(long address) {
        if ((mode & ModeBits.CODE_LIMIT) != 0 && !system.limits.checkFetch(rip(), 1)) {
            deliverFault();
            return -1;
        }
        return fetch(address);
    }

    private long fetch(long address) {
        long physical = system.paging.translateFetch(address, mode & 3);
        if (physical < 0) {
            deliverFault();
        }
        return physical;
    }

    @Override
    protected long secondPage() {
        long next = (pc | X86Lifter.PAGE - 1) + 1;
        return fetch((mode & ModeBits.LONG) != 0 ? next : next & LOW_32);
    }

    @Override
    protected long translateData(long address, int size, boolean store) {
        long physical = system.paging.translateData(address, store, mode & 3);
        if (physical < 0) {
            pending = FAULT;
            faults.at(address);
            return -1;
        }
        access.fixed = false;
        access.writable = system.paging.writable();
        access.watched = (mode & ModeBits.DATA_BREAKPOINTS) != 0 && debugging.watches(address, size, store, alone);
        return access.watched && debugging.mustRunAlone(alone) ? -1 : physical;
    }

    @Override
    protected void misaligned(long address) {
        // Comes before a page fault.
        faults.at(address);
        fault(Paging.canonical(address) ? Vectors.ALIGNMENT : Vectors.PROTECTION);
    }

    void forgetTranslation(long linear) {
        forgetPage(linear);
    }

    void forgetTranslations() {
        forgetMapped();
    }

    /** The linear address of an offset in a segment. */
    long linear(int segment, int addressBits, long offset) {
        long linear = Flags.trim(addressBits, offset) + slot(SEGMENT_BASE + segment);
        return linear & addressMask;
    }

    // ---- memory for helpers ----

    long read(long linear, int size) {
        return loadData(linear, size);
    }

    boolean write(Block block, long linear, int size, long value) {
        storeData(block, linear, size, value);
        return !leaving;
    }

    boolean mayWrite(Block block, long linear, int size) {
        return mayStore(block, linear, size);
    }

    long moveInPage(long to, long from, int size, long most) {
        return quickStrings() ? copyUpwards(to, from, size, most) : 0;
    }

    long fillInPage(long to, int size, long value, long most) {
        return quickStrings() ? fillUpwards(to, size, value, most) : 0;
    }

    private boolean quickStrings() {
        return (mode & LIMITS) == 0;
    }

    boolean checkLimit(int segment, long offset, int size, boolean write) {
        if ((mode & LIMITS) == 0 || system.limits.check(segment, offset, size, write)) {
            return true;
        }
        fault();
        return false;
    }

    /** Whether ports may be used, now: devices see exact time. */
    boolean usePort(int port, int size) {
        if (!system.ports.check(port, size)) {
            fault();
            return false;
        }
        return !wantAlone();
    }

    long in(int port, int size) {
        attention = true;
        return ports.load(port, size);
    }

    void out(int port, int size, long value) {
        ports.store(port, size, Flags.trim(size * 8, value));
        attention = true;
    }

    /** Physical memory for the system part. */
    private final class Physical implements PhysicalMemory {
        @Override
        public long load(long physical, int size) {
            return loadPhysical(physical, size);
        }

        @Override
        public void store(long physical, int size, long value) {
            storePhysical(physical, size, value);
        }
    }

    /** Code for the lifter. */
    private final class Fetches implements X86Lifter.Code {
        @Override
        public void read(long physical, byte[] into, int start, int length) {
            long offset = bus.ramOffset(physical);
            if (offset >= 0) {
                ram.read(offset, into, start, length);
                return;
            }
            for (int i = 0; i < length; i++) {
                into[start + i] = (byte) bus.load(physical + i, 1);
            }
        }

        @Override
        public long secondPage() {
            return X86Cpu.this.secondPage();
        }
    }

    // ---- lifting and helpers ----

    @Override
    protected void lift(BlockBuilder into, long pc, long physical, int mode, int limit) {
        lifter.lift(into, pc, physical, mode, limit);
    }

    @Override
    protected void compute(long uop) {
        int what = Op.b(uop);
        slot(
                Op.d(uop),
                what < X86Helper.FLAGS
                        ? Flags.holds(what, arithmeticFlags()) ? 1 : 0
                        : what == X86Helper.FLAGS
                                ? arithmeticFlags()
                                : integers.flagsAfter(what & 0xff, what >>> X86Helper.SHIFT));
    }

    @Override
    protected void helper(Block block, int instruction, long uop) {
        int imm = Op.b(uop);
        int parameter = imm >>> X86Helper.SHIFT;
        int helper = imm & 0xff;
        switch (helper) {
            case X86Helper.FLOAT -> {
                pc = block.pcOf(instruction);
                floatingPoint(block, parameter);
            }
            case X86Helper.INSIDE -> {
                pc = block.pcOf(instruction);
                instructions.run(block, table.get(parameter), nowAt(block, instruction));
            }
            case X86Helper.STRING -> strings.once(block, table.get(parameter));
            case X86Helper.REPEATED -> repeat(block, table.get(parameter), nowAt(block, instruction));
            case X86Helper.OTHER -> other(block, instruction, table.get(parameter));
            case X86Helper.RAISE -> fault(parameter);
            case X86Helper.LIMIT -> {
                if (!system.limits.check(parameter & 7, slot(Op.a(uop)), parameter >>> 4, (parameter & 8) != 0)) {
                    fault();
                }
            }
            default -> integers.run(helper, parameter, uop);
        }
    }

    private void floatingPoint(Block block, int number) {
        int code = table.floatCode(number);
        if (!FpuCode.isMaskedStore(code)) {
            floats.run(block, code, slot(ADDRESS), rip());
            return;
        }
        X86Instruction i = table.get(number);
        int override = i.segmentOverride();
        boolean overridden = override >= Segment.FS || override >= 0 && (mode & ModeBits.LONG) == 0;
        int segment = overridden ? override : Segment.DS;
        long offset = Flags.trim(i.addressBits(), slot(X86Slots.RDI));
        if (checkLimit(segment, offset, 8, true)) {
            floats.run(block, code, linear(segment, i.addressBits(), offset), rip());
        }
    }

    FloatingPoint floats() {
        return floats;
    }

    private void other(Block block, int instruction, X86Instruction i) {
        pc = block.pcOf(instruction);
        long next = pc + i.length() & addressMask;
        long before = pc;
        int bits = mode;
        if (!instructions.run(block, i, nowAt(block, instruction))) {
            pc = leaving ? before : next;
        }
        if (!leaving) {
            modeChanged();
            if (bits != mode || system.state.flag(Flag.IF)) {
                lookAtInterrupts();
            }
        }
    }

    private void repeat(Block block, X86Instruction i, long now) {
        pc = block.pc;
        long next = pc + i.length() & addressMask;
        boolean one = alone || (mode & ModeBits.TRAP) != 0;
        long done = strings.repeat(block, i, one ? 1 : 1 + budgetLeft());
        if (done == 0 && strings.more()) {
            return;
        }
        // A fault after some iterations is met again.
        leaving = false;
        pending = NONE;
        if (!strings.more()) {
            pc = next;
        }
        alsoRetired(Math.max(0, done - 1));
        repeatedUntil = strings.more() ? now + (done - 1) * Timeline.NS_PER_INSTRUCTION : -1;
    }

    // ---- state ----

    @Override
    public void save(StateOutput out) {
        for (int i = 0; i < 16; i++) {
            out.putLong(slot(i));
        }
        out.putLong(arithmeticFlags() | slot(DF));
        for (int i = 0; i < 32; i++) {
            out.putLong(slot(X86Slots.XMM + i));
        }
        out.putLong(pc);
        out.putInt(mode);
        out.putBoolean(waiting);
        out.putBoolean(nmi);
        out.putBoolean(repeatedUntil == timeline.now());
        // A shadow that is over is none.
        system.state.interruptShadow &= timeline.now() == shadowUntil;
        system.save(out);
        floats.state.save(out);
    }

    @Override
    public void restore(StateInput in) {
        for (int i = 0; i < 16; i++) {
            slot(i, in.getLong());
        }
        long flags = in.getLong();
        arithmeticFlags((int) flags);
        slot(DF, flags & Flag.DF);
        for (int i = 0; i < 32; i++) {
            slot(X86Slots.XMM + i, in.getLong());
        }
        pc = in.getLong();
        mode = in.getInt();
        waiting = in.getBoolean();
        nmi = in.getBoolean();
        repeatedUntil = in.getBoolean() ? timeline.now() : -1;
        system.restore(in);
        shadowUntil = system.state.interruptShadow ? timeline.now() : -1;
        floats.state.restore(in);
        addressMask = (mode & ModeBits.LONG) != 0 ? -1L : LOW_32;
        strict = system.state.checksAlignment();
        forgetAll();
        attention = true;
    }
}
