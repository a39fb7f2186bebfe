package org.jkprobes.gdb.target;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jkprobes.gdb.client.RegisterLayout;
import org.jkprobes.gdb.client.StopReply;
import org.jkprobes.gdb.client.Stub;
import org.jkprobes.gdb.client.StubException;
import org.jkprobes.gdb.client.TargetDescription;
import org.jkprobes.gdb.client.ThreadId;
import org.jkprobes.target.DieChain;
import org.jkprobes.target.DieEvent;
import org.jkprobes.target.Memory;
import org.jkprobes.target.Notify;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.SlotArea;
import org.jkprobes.target.StepInPlace;
import org.jkprobes.target.Symbols;
import org.jkprobes.target.Target;
import org.jkprobes.target.Text;

/**
 * A guest behind a GDB stub (QEMU, kgdb, a JTAG server, …) as a target. The stub plants the breakpoints; instructions are emulated where
 * that is easy, and else stepped in place by the stub. One thread runs the guest; all vCPUs stand still while one is in the chain.
 *
 * <p>What it cannot promise: virtual time stands still during a hit only if the stub's does; guest writes to the text are noticed at the next hit there; an
 * instruction that faults has raised its exception when that is announced (it is taken back if a fault handler handles it); breakpoint
 * instructions of the guest's own are not announced.
 */
public final class GdbTarget implements Target, StepInPlace, AutoCloseable {
    /** Iterations of a repeated instruction, each of which is a step. */
    private static final int MOST_STEPS = 1_000_000;

    /**
     * QEMU's vCPU stops before the instruction, as if it had been stepped, when something wants its thread to look up right then: the code of
     * one instruction looks first, and is left, and that it was left is all that {@code cpu_tb_exec} knows.
     */
    private static final int MOST_IDLE_STEPS = 4;

    private static final int INTERRUPTED = 2;

    /** Why {@link #run} has returned. */
    public enum Outcome {
        /** It was asked to stop; the guest stands still. */
        STOPPED,
        /** The guest is no more. */
        ENDED
    }

    private final Stub stub;
    private final GuestArchitecture architecture;
    private final Supplier<? extends Symbols> symbols;
    private final DieChain chain = new DieChain();
    private final List<GdbRegs> vcpus = new ArrayList<>();
    private final GdbMemory memory;
    private final GdbText text;
    private final GdbWatches watches;
    private final NoMemory noMemory = new NoMemory();
    private final Object running = new Object();
    private boolean runs;
    private boolean stopAsked;
    private long steps;
    private long emulated;
    private final long started = System.nanoTime();
    /** Whose registers and memory the stub shows. */
    private GdbRegs selected;

    /** @throws StubException if the stub's registers are not those of the architecture */
    public GdbTarget(Stub stub, GuestArchitecture architecture, Supplier<? extends Symbols> symbols) {
        this.stub = stub;
        this.architecture = architecture;
        this.symbols = symbols;
        RegisterLayout layout = stub.description()
                .map(TargetDescription::layout)
                .filter(described -> !described.registers().isEmpty())
                .or(architecture::layout)
                .orElseThrow(() -> new StubException("the GDB stub at " + stub.address()
                        + " does not describe its registers, and there is no layout for " + architecture.name()));
        memory = new GdbMemory(stub, byteOrder(), wordBytes());
        for (ThreadId thread : stub.threads()) {
            vcpus.add(new GdbRegs(stub, memory, architecture, layout, this::branchBefore, vcpus.size(), thread));
        }
        text = new GdbText(stub, architecture, memory, this::stopForChange);
        watches = new GdbWatches(stub, wordBytes(), this::stopForChange);
        selected = vcpus.getFirst();
        stub.select(selected.thread());
    }

    /**
     * Has accesses to data watched, until {@link #unwatch}; from any thread. Where the stub does not, {@link #run} throws.
     */
    public void watch(Watch watch) {
        watches.add(watch);
    }

    /** Watches no longer; from any thread. */
    public void unwatch(Watch watch) {
        watches.remove(watch);
    }

    /**
     * Has breakpoints that are set from now on be those of the hardware, for text that cannot be written (a ROM); there are few of
     * them. Without, only where the stub sets no other.
     */
    public void breakpointsByHardware() {
        text.byHardware();
    }

    /** Lets the guest run until it is asked to stop, or is no more. Hits are announced meanwhile, on this thread. */
    public Outcome run() {
        return run(() -> false);
    }

    /** As {@link #run()}, but also until {@code done}, which is asked after every stop of the guest. */
    public Outcome run(BooleanSupplier done) {
        while (true) {
            text.sync();
            watches.sync();
            synchronized (running) {
                if (stopAsked) {
                    stopAsked = false;
                    return Outcome.STOPPED;
                }
                resume();
                runs = true;
            }
            StopReply reply = stub.await();
            synchronized (running) {
                runs = false;
            }
            memory.runs(false);
            if (reply instanceof StopReply.Stopped stopped) {
                stopped(stopped);
                if (done.getAsBoolean()) {
                    return Outcome.STOPPED;
                }
            } else {
                return Outcome.ENDED;
            }
        }
    }

    private void resume() {
        GdbRegs regs = selected;
        if (regs.changed()) {
            List<RegisterLayout.Register> few = regs.fewChanged();
            if (!few.isEmpty() && stub.takesSingleRegisters()) {
                stub.resume(few, regs.raw());
                forget();
                return;
            }
            regs.flush();
        }
        stub.resume();
        forget();
    }

    private void forget() {
        memory.runs(true);
        vcpus.forEach(GdbRegs::forget);
    }

    /** Makes {@link #run} return soon; from any thread. */
    public void stop() {
        synchronized (running) {
            stopAsked = true;
            if (runs) {
                stub.interrupt();
            }
        }
    }

    private void stopForChange() {
        synchronized (running) {
            if (runs) {
                stub.interrupt();
            }
        }
    }

    private void stopped(StopReply.Stopped stop) {
        GdbRegs regs = stop.thread().isPresent() ? of(stop.thread().get()) : vcpus.getFirst();
        selected = regs;
        if (stop.signal() != INTERRUPTED && stop.watched().isEmpty()) {
            regs.mayBeHit();
        }
        if (!watches.accessed(stop, regs) && stop.signal() != INTERRUPTED && text.planted(regs.pc())) {
            hit(regs);
        }
    }

    private GdbRegs of(ThreadId thread) {
        for (GdbRegs regs : vcpus) {
            if (regs.thread().thread() == thread.thread()) {
                return regs;
            }
        }
        throw new StubException("the GDB stub at " + stub.address() + ": a vCPU has appeared: " + thread);
    }

    /** The vCPU is at a breakpoint of ours. */
    private void hit(GdbRegs regs) {
        long at = regs.pc();
        text.compare(at);
        if (chain.notifyDie(architecture.breakpoint(), regs, 0) != Notify.STOP) {
            if (text.armed(at)) {
                step(regs); // of nobody: the instruction acts as if it were not there
            }
            return;
        }
        settle(regs);
    }

    /** Does what the chain has asked for, until nothing is left to do. */
    private void settle(GdbRegs regs) {
        for (int i = 0; i < MOST_STEPS; i++) {
            if (regs.takeStep()) {
                perform(regs);
            } else if (regs.entering()) {
                if (!text.armed(regs.pc())
                        || chain.notifyDie(architecture.breakpoint(), regs, 0) != Notify.STOP
                        || !regs.entering()) {
                    executeSlot(regs);
                }
            } else {
                return;
            }
        }
    }

    /** The host's ns since there is this target: the guest's cannot be asked for. */
    @Override
    public long now() {
        return System.nanoTime() - started;
    }

    @Override
    public int register(String name) {
        return architecture.index(name);
    }

    @Override
    public void stepInPlace(PtRegs regs) {
        ((GdbRegs) regs).step();
    }

    private void perform(GdbRegs regs) {
        CodeAt code = text.at(regs.pc());
        if (regs.entering()) {
            executeSlot(regs);
        } else if (!regs.reallyInDelaySlot() && emulate(code, regs)) {
            emulated++;
        } else {
            DieEvent event = stepped(regs, code);
            if (event != DieEvent.SSTEPBP) {
                return; // announced
            }
        }
        chain.notifyDie(DieEvent.SSTEPBP, regs, 0);
    }

    private boolean emulate(CodeAt code, GdbRegs regs) {
        return architecture.emulate(code, regs, watches.any() ? noMemory : memory);
    }

    /** The instruction is stepped by the stub. A fault is announced here. */
    private DieEvent stepped(GdbRegs regs, CodeAt code) {
        if (!architecture.mayFault(code)) {
            step(regs);
            return DieEvent.SSTEPBP;
        }
        long next = regs.inDelaySlot() ? regs.branchTarget() : code.address() + architecture.length(code);
        byte[] before = regs.copy();
        step(regs);
        DieEvent event = architecture.outcome(code, next, regs.pc());
        for (int i = 0; event == DieEvent.INTERRUPTED && i < MOST_STEPS; i++) { // a repeated instruction goes on
            step(regs);
            event = architecture.outcome(code, next, regs.pc());
        }
        if (event == DieEvent.SSTEPBP) {
            return event;
        }
        byte[] after = regs.copy();
        regs.show(before);
        if (chain.notifyDie(event, regs, 0) == Notify.STOP) {
            regs.writeAll(); // as if there had been no exception
        } else {
            regs.show(after);
        }
        return event;
    }

    /** Has a vCPU that stands still execute one instruction, or a branch and what is in its delay slot. */
    public void step(int cpu) {
        select(cpu);
        step(vcpus.get(cpu));
    }

    /** A step that has done nothing is done again. An instruction that leads to itself and changes nothing may be one. */
    private void step(GdbRegs regs) {
        regs.flush();
        byte[] before = regs.copy();
        int done = 0;
        do {
            stepOnce(regs);
            done++;
        } while (done < MOST_IDLE_STEPS && regs.shows(before));
    }

    private void stepOnce(GdbRegs regs) {
        memory.runs(true);
        stub.step(regs.thread());
        regs.forget();
        StopReply reply = stub.awaitSoon();
        memory.runs(false);
        steps++;
        if (!(reply instanceof StopReply.Stopped stop)) {
            throw new StubException("the GDB stub at " + stub.address() + ": its guest has ended");
        }
        watches.accessed(stop, regs);
    }

    /**
     * A branch was emulated: what is in its delay slot is emulated, too, or the vCPU executes both. No stub can be told of a pending
     * branch.
     */
    private void executeSlot(GdbRegs regs) {
        CodeAt slot = text.at(regs.pc());
        long target = regs.branchTarget();
        if (emulate(slot, regs)) {
            regs.pc(target);
            emulated++;
        } else {
            regs.pc(slot.address() - architecture.length(slot));
            step(regs);
        }
    }

    private Optional<GuestArchitecture.Branch> branchBefore(GdbRegs regs) {
        return architecture.branchBefore(text.at(regs.pc() - architecture.longestInstruction()), regs);
    }

    /** Where the functions that called return to, the innermost first, as far as frames are linked. */
    public List<Long> callers(PtRegs regs) {
        return architecture.callers(regs, memory);
    }

    /** Steps the stub has done. */
    public long steps() {
        return steps;
    }

    /** Steps the stub has done, and instructions that needed none. */
    public String work() {
        return steps + " steps, " + emulated + " emulated";
    }

    /** The registers of a vCPU that stands still, outside hits. */
    public PtRegs registers(int cpu) {
        select(cpu);
        return vcpus.get(cpu);
    }

    private void select(int cpu) {
        GdbRegs wanted = vcpus.get(cpu);
        if (!wanted.equals(selected)) {
            if (selected.changed()) {
                selected.flush();
            }
            stub.select(wanted.thread());
            selected = wanted;
        }
    }

    /** Takes all breakpoints away, and lets the guest go on without us. The guest stands still. */
    public void detach() {
        text.disarmEverything();
        text.sync();
        watches.removeAll();
        watches.sync();
        GdbRegs regs = selected;
        if (regs.changed()) {
            regs.flush();
        }
        stub.detach();
    }

    /** Ends the connection, whatever becomes of the guest. */
    @Override
    public void close() {
        stub.close();
    }

    @Override
    public String architecture() {
        return architecture.name();
    }

    @Override
    public ByteOrder byteOrder() {
        return architecture.kernelSpace().model().byteOrder();
    }

    @Override
    public int wordBytes() {
        return architecture.kernelSpace().model().wordSize();
    }

    @Override
    public int cpus() {
        return vcpus.size();
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
        return Optional.empty();
    }

    @Override
    public Optional<SlotArea> slots() {
        return Optional.empty();
    }

    @Override
    public Optional<StepInPlace> stepInPlace() {
        return Optional.of(this);
    }
}
