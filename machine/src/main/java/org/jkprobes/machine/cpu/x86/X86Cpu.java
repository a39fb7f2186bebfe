package org.jkprobes.machine.cpu.x86;

import static org.jkprobes.machine.cpu.x86.X86Slots.CC_A;
import static org.jkprobes.machine.cpu.x86.X86Slots.CC_B;
import static org.jkprobes.machine.cpu.x86.X86Slots.CC_C;
import static org.jkprobes.machine.cpu.x86.X86Slots.CC_OP;
import static org.jkprobes.machine.cpu.x86.X86Slots.DF;
import static org.jkprobes.machine.cpu.x86.X86Slots.SEGMENT_BASE;

import java.util.Optional;
import java.util.function.Consumer;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.cpu.TrapHook;
import org.jkprobes.machine.cpu.x86.fpu.FpuState;
import org.jkprobes.machine.device.Device;
import org.jkprobes.machine.device.InterruptLine;
import org.jkprobes.machine.device.X86Interrupts;
import org.jkprobes.machine.engine.Block;
import org.jkprobes.machine.engine.BlockBuilder;
import org.jkprobes.machine.engine.Bus;
import org.jkprobes.machine.engine.DataAccess;
import org.jkprobes.machine.engine.HostCompute;
import org.jkprobes.machine.engine.HostFlags;
import org.jkprobes.machine.engine.Lifetime;
import org.jkprobes.machine.engine.Op;
import org.jkprobes.machine.engine.Ram;

/**
 * An x86-64 CPU: what {@link Cpuid} tells. The engine's pc is the linear address of an instruction; RIP is its offset in CS.
 *
 * <p>What it does not do: task switches to and from 16-bit TSSs; a near branch to an address that is
 * not canonical faults at that address and not at the branch.
 */
public final class X86Cpu extends ProbedCpu {
    /** {@link #pending}: the exception in {@link X86System#fault}. */
    private static final int FAULT = 1;

    private static final long LOW_32 = 0xffffffffL;
    /** Modes in which every instruction runs alone. */
    private static final int ALONE = ModeBits.TRAP | ModeBits.EXECUTION_BREAKPOINTS | X86Lifter.IN_PLACE;

    private final X86System system;
    private final X86Interrupts interrupts;
    private final InterruptPins pins;
    private final PortAccess ports;
    private final InstructionTable table = new InstructionTable();
    private final X86Lifter lifter;
    private final CodeBytes fetches;
    private final HelperCalls helpers;
    private final Optional<HostCompute> flagsCode = Optional.of(new FlagsCode());
    private final Debugging debugging;
    private final Stepping step = new Stepping(this);
    private final FaultRules faults;
    private final Unsupported unsupported = new Unsupported();
    private Shutdown shutdown = asked -> {};
    private boolean waiting;
    /** Between two iterations of the string instruction at pc. */
    private boolean repeating;
    /** Attention is wanted after the next instruction. */
    private boolean attendAfterNext;

    /** Connects a CPU as after power-on. Its INTR pin is {@link #interruptPin}, its NMI pin {@link #nmiPin}. */
    public X86Cpu(Ram ram, Bus bus, Device ports, X86Interrupts interrupts, Timeline timeline) {
        super(ram, bus, timeline, LOW_32, 1, true);
        this.interrupts = interrupts;
        system = new X86System(new CpuRegisters(this), new Physical(), new CpuEvents(this));
        this.ports = new PortAccess(this, system, ports);
        pins = new InterruptPins(system.state, interrupts);
        helpers = new HelperCalls(this, system, table);
        debugging = new Debugging(this, system);
        faults = new FaultRules(this, system);
        fetches = new CodeBytes(this, system, ram, bus);
        lifter = new X86Lifter(fetches, overlay(), table);
        slot(X86Slots.RDX, Cpuid.SIGNATURE);
        pc = 0xfffffff0L;
        modeChanged();
    }

    /** Who is told, once each, of what the guest asked for and this CPU lacks. */
    public void reports(Consumer<String> to) {
        unsupported.reportTo(to);
    }

    /** What happens when the CPU shuts down, after a triple fault. */
    public void shutdown(Shutdown action) {
        shutdown = action;
    }

    /** Level: {@link X86Interrupts#pending}. */
    public InterruptLine interruptPin() {
        return level -> attention |= level;
    }

    /** To be run for each non-maskable interrupt. */
    public Runnable nmiPin() {
        return () -> {
            pins.nmi();
            attention = true;
        };
    }

    @Override
    public boolean isSlot(long address) {
        return X86Address.isSlot(address);
    }

    @Override
    public void jump(long linear) {
        pc = wrap(linear);
    }

    @Override
    public void traps(TrapHook hook) {
        step.traps(hook);
    }

    @Override
    public TrapHook traps() {
        return step.traps();
    }

    @Override
    public void stepping(boolean now) {
        step.stepping(now);
    }

    @Override
    public void stepInPlace() {
        step.stepInPlace();
    }

    @Override
    public void stepProbed() {
        step.stepProbed();
    }

    @Override
    public boolean steppingInPlace() {
        return step.inPlace();
    }

    /** What goes on beside the state is put aside: interrupts are held from now on. */
    Stepping.Interrupted interrupt() {
        return step.interrupt();
    }

    /** Goes on with what {@link #interrupt} has put aside. */
    void resume(Stepping.Interrupted was) {
        waiting = false;
        step.resume(was);
    }

    InterruptPins pins() {
        return pins;
    }

    void inPlaceMode(boolean now) {
        mode = now ? mode | X86Lifter.IN_PLACE : mode & ~X86Lifter.IN_PLACE;
    }

    Stepping step() {
        return step;
    }

    @Override
    public long peek(long linear) {
        return system.paging.peek(wrap(linear));
    }

    /** Sets it up as firmware does before a kernel starts. */
    public X86Firmware firmware() {
        return new X86Firmware(this);
    }

    X86System system() {
        return system;
    }

    PortAccess ports() {
        return ports;
    }

    X86Interrupts interrupts() {
        return interrupts;
    }

    void shutDown(boolean asked) {
        shutdown.happens(asked);
        waiting = true;
        attention = true;
    }

    Unsupported unsupported() {
        return unsupported;
    }

    // ---- registers ----

    /** The offset of the next instruction in CS. */
    public long rip() {
        long base = system.state.base(Segment.CS);
        return base == 0 ? pc : pc - base & LOW_32;
    }

    /** Changes the flags as a debugger does. */
    public void flags(long value) {
        rflags(value & ~Flag.VM);
        modeChanged();
        lookAtInterrupts();
    }

    /** The selector in a segment register, numbered as in instructions. */
    public int selector(int segment) {
        return system.state.segment(segment).selector;
    }

    /** The base of a segment register's segment. */
    public long base(int segment) {
        return system.state.base(segment);
    }

    /** CR0, CR2, CR3, CR4 or CR8; 0 for others. */
    public long controlRegister(int number) {
        return switch (number) {
            case 0 -> system.state.cr0;
            case 2 -> system.state.cr2;
            case 3 -> system.state.cr3;
            case 4 -> system.state.cr4;
            case 8 -> system.state.cr8;
            default -> 0;
        };
    }

    /** The linear address of the interrupt descriptor table. */
    public long idtBase() {
        return system.state.idtBase;
    }

    /** The linear address of the global descriptor table. */
    public long gdtBase() {
        return system.state.gdtBase;
    }

    /** The extended features that are enabled. */
    public long efer() {
        return system.state.efer;
    }

    /** x87 and MXCSR. */
    public FpuState fpu() {
        return helpers.floats().state;
    }

    /** The privilege level. */
    public int privilegeLevel() {
        return system.state.cpl;
    }

    /** Goes on at an offset in CS. */
    public void rip(long value) {
        pc = system.state.in64BitMode() ? value : value + system.state.base(Segment.CS) & LOW_32;
    }

    public long rflags() {
        return arithmeticFlags() | slot(DF) | slot(X86Slots.SYSTEM_FLAGS) | Flag.FIXED;
    }

    public void rflags(long value) {
        arithmeticFlags((int) value & Flags.ALL);
        slot(DF, value & Flag.DF);
        // Without breakpoints nobody can tell that RF goes at once.
        boolean keepsResume = (mode & ModeBits.EXECUTION_BREAKPOINTS) != 0;
        slot(X86Slots.SYSTEM_FLAGS, value & Flag.SYSTEM & ~(keepsResume ? 0 : Flag.RF));
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
        return step.stepping();
    }

    /** Also tells emitted code, which sets IF by itself as long as nobody waits for it. */
    @Override
    protected boolean interruptDue() {
        boolean waits = pins.waits();
        slot(X86Slots.INTERRUPT_WAITS, waits ? Flag.IF : 0);
        return pins.due(waits);
    }

    /** IF may have been set, or an interrupt may have become due. */
    void lookAtInterrupts() {
        attention |= interruptDue();
    }

    /** The instruction at work, at a virtual time, holds interrupts off until the next is done. */
    void shadow(long now) {
        pins.shadow(now);
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
        if (!interruptDue() || step.holdsInterrupts()) {
            return;
        }
        if (pins.shadowed(timeline.now())) {
            attendAfterNext = true;
            return;
        }
        int vector = pins.take();
        if (vector != X86Interrupts.NOTHING) {
            waiting = false;
            deliver(vector, 0, Kind.EXTERNAL, rip());
        }
    }

    @Override
    protected boolean runsOn() {
        return !repeating && !attendAfterNext && (mode & ALONE) == 0 && !step.inPlace();
    }

    @Override
    protected boolean wantsAlone() {
        repeating = false;
        boolean inPlace = step.before();
        return (mode & ALONE) != 0 ? debugging.before(mode, inPlace) || inPlace : attendAfterNext;
    }

    @Override
    protected void ranAlone() {
        if (attendAfterNext) {
            attendAfterNext = false;
            attention = true;
        }
        step.after(repeating);
        debugging.after();
    }

    // ---- exceptions ----

    /** Enters the handler of an event, unless a probe whose instruction is being stepped wants it. */
    void deliver(int vector, int errorCode, Kind kind, long returnRip) {
        if (step.stepping() && vector == Vectors.DEBUG && kind == Kind.TRAP) {
            // After the instruction in its slot, or an iteration of it: the step is done.
            if (repeating) {
                step.betweenIterations();
            } else {
                step.traps().breakpoint(0);
            }
            deliverToGuest(vector, errorCode, kind, rip());
        } else if (!step.stepping()) {
            deliverToGuest(vector, errorCode, kind, returnRip);
        } else if (!step.takes(X86Exception.of(vector, errorCode), kind)) {
            // Where the state says now.
            deliverToGuest(vector, errorCode, kind, kind == Kind.SOFTWARE ? returnRip : rip());
        }
    }

    private void deliverToGuest(int vector, int errorCode, Kind kind, long returnRip) {
        debugging.interrupted();
        system.exceptions.betweenIterations(kind != Kind.FAULT && repeating);
        system.exceptions.deliver(vector, errorCode, kind, returnRip);
        modeChanged();
        lookAtInterrupts();
    }

    /** INT3: a breakpoint of somebody's, or the guest's own. */
    void breakpointInstruction(long returnRip) {
        if (step.inPlace() || !handled(0)) {
            deliver(Vectors.BREAKPOINT, 0, Kind.SOFTWARE, returnRip);
        }
    }

    /** Raises what {@link X86System#fault} holds, at pc. */
    private void deliverFault() {
        Fault fault = system.fault;
        deliver(fault.vector(), fault.errorCode(), Kind.FAULT, rip());
    }

    /** SYSCALL or SYSRET is done. */
    void systemCalled() {
        modeChanged();
        debugging.systemCalled();
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

    /** As {@link #reachDevices}, for the ports. */
    boolean mayReachPorts() {
        return reachDevices();
    }

    long nextDue() {
        return timeline.nextDue();
    }

    /** Ports are accessed. */
    void looked() {
        timeline.polling().looked();
    }

    void portsReached(long due) {
        reachedDevices(due);
    }

    /** The instruction at work has not happened. */
    boolean left() {
        return leaving;
    }

    @Override
    protected int rewind(Block block, int instruction) {
        pc = block.pcOf(instruction);
        if (instruction == 0 && block.probed) {
            // Its probe has been asked.
            step.traps().probeAgain(probeOf(block) & ~X86Lifter.REPEATED_PROBE);
            stepProbed();
        }
        return instruction;
    }

    @Override
    protected void raise(Block block, int instruction, int exception) {
        pc = block.pcOf(instruction);
        if (instruction == 0 && block.probed && !stepping()) {
            step.traps().probeAgain(probeOf(block) & ~X86Lifter.REPEATED_PROBE);
            stepProbed();
        }
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

    /** The bytes of the instruction at pc. */
    CodeBytes code() {
        return fetches;
    }

    /** An address as accesses wrap it. */
    long wrap(long linear) {
        return linear & addressMask;
    }

    /** Reads a byte of physical memory. */
    byte physicalByte(long physical) {
        return (byte) loadPhysical(physical, 1);
    }

    @Override
    protected void breakpoint(Block block, int instruction, int code) {
        pc = block.pcOf(instruction);
        if (!step.inPlace() && debuggerStops(step.traps())) {
            debugging.interrupted();
            return;
        }
        // One that is stepped in place, or has a probe, is the guest's own.
        boolean own = step.inPlace() || block.probed && instruction == 0;
        if (own || !handled(code)) {
            deliverToGuest(Vectors.BREAKPOINT, 0, Kind.SOFTWARE, rip() + 1);
        }
    }

    private boolean handled(int code) {
        long before = timeline.retired();
        boolean handled = step.traps().breakpoint(code);
        if (handled && timeline.retired() == before) {
            // Nothing that a trap could follow, unless an instruction was emulated.
            debugging.interrupted();
        }
        return handled;
    }

    @Override
    protected boolean probe(Block block, int number) {
        pc = block.pcOf(0);
        TrapHook.Verdict verdict = step.traps().probe(number & ~X86Lifter.REPEATED_PROBE);
        if (verdict == TrapHook.Verdict.SKIP) {
            debugging.interrupted();
            return false;
        }
        boolean whole = (number & X86Lifter.REPEATED_PROBE) == 0;
        if (verdict == TrapHook.Verdict.RUN && whole && block.valid() && !attention) {
            return true;
        }
        debugging.interrupted();
        stepProbed();
        return false;
    }

    // ---- translation ----

    @Override
    protected int usedSlots() {
        return X86Slots.COUNT;
    }

    @Override
    protected long temporaries() {
        return X86Slots.TEMPORARIES;
    }

    @Override
    protected int zeroSlot() {
        return X86Slots.ZERO;
    }

    @Override
    protected Lifetime fetchLifetime(long address) {
        return system.tlb.global(address) ? Lifetime.GLOBAL : Lifetime.LOCAL;
    }

    @Override
    protected long translateFetch(long address) {
        if (step.stepping() && X86Address.isSlot(address)) {
            return X86Address.slotPhysical(address);
        }
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
        access.lifetime = system.paging.global() ? Lifetime.GLOBAL : Lifetime.LOCAL;
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

    void forgetDataTranslation(long linear) {
        forgetDataPage(linear);
    }

    void forgetTranslations() {
        forgetMapped();
    }

    void forgetAddressSpace() {
        forgetLocal();
    }

    /** The linear address of an offset in a segment. */
    long linear(int segment, int addressBits, long offset) {
        long linear = Flags.trim(addressBits, offset) + slot(SEGMENT_BASE + segment);
        return linear & addressMask;
    }

    // ---- memory for helpers ----

    long read(long linear, int size) {
        return data.load(linear, size);
    }

    boolean write(Block block, long linear, int size, long value) {
        data.store(block, linear, size, value);
        return !leaving;
    }

    boolean mayWrite(Block block, long linear, int size) {
        return mayStore(block, linear, size);
    }

    DataAccess data() {
        return data;
    }

    /** Whether nothing needs a look at the limits of a segment. */
    boolean unlimited(int segment) {
        return switch (segment) {
            case Segment.CS -> false; // rarely read, and perhaps not to be
            case Segment.FS -> (mode & ModeBits.FS_LIMIT) == 0;
            case Segment.GS -> (mode & ModeBits.GS_LIMIT) == 0;
            default -> (mode & ModeBits.DATA_LIMIT) == 0;
        };
    }

    boolean checkLimit(int segment, long offset, int size, boolean write) {
        if (unlimited(segment) || system.limits.check(segment, offset, size, write)) {
            return true;
        }
        fault();
        return false;
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

    // ---- lifting and helpers ----

    @Override
    protected void lift(BlockBuilder into, long pc, long physical, int mode, int limit) {
        lifter.lift(into, pc, physical, mode, limit, (int) slot(CC_OP));
    }

    @Override
    protected Optional<HostCompute> hostCompute() {
        return flagsCode;
    }

    @Override
    protected HostFlags hostFlags(long uop) {
        return Flags.host(Op.c(uop));
    }

    @Override
    protected void compute(long uop) {
        helpers.compute(uop);
    }

    @Override
    protected void helper(Block block, int instruction, long uop) {
        helpers.run(block, instruction, uop);
    }

    FloatingPoint floats() {
        return helpers.floats();
    }

    /** Virtual ns with an instruction of the running block done. */
    long timeAt(Block block, int instruction) {
        return nowAt(block, instruction);
    }

    /** The linear address of the instruction at work, or of the next. */
    void at(long linear) {
        pc = linear;
    }

    /** How many iterations of the repeated string instruction at work may be done at once. */
    long mostIterations() {
        boolean one = alone && !step.inPlace() || (mode & ModeBits.TRAP) != 0;
        return one ? 1 : 1 + budgetLeft();
    }

    /** So many iterations are done; {@code more} if there are others. What the next one met is met again. */
    void iterated(long done, boolean more) {
        leaving = false;
        pending = NONE;
        alsoRetired(Math.max(0, done - 1));
        repeating = more;
        if (more && step.stepping() && (attention || budgetLeft() <= Math.max(0, done - 1))) {
            step.betweenIterations();
        }
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
        out.putBoolean(repeating);
        pins.save(out, timeline.now());
        system.save(out);
        floats().state.save(out);
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
        repeating = in.getBoolean();
        pins.restore(in, timeline.now());
        system.restore(in);
        floats().state.restore(in);
        addressMask = (mode & ModeBits.LONG) != 0 ? -1L : LOW_32;
        strict = system.state.checksAlignment();
        step.reset();
        forgetAll();
        attention = true;
    }
}
