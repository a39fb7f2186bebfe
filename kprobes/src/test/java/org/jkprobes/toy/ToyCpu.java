package org.jkprobes.toy;

import java.util.ArrayList;
import java.util.List;
import org.jkprobes.isa.mips.Fields;
import org.jkprobes.isa.mips.MipsInstruction;
import org.jkprobes.target.DieEvent;
import org.jkprobes.target.GuestCalls;
import org.jkprobes.target.Notify;
import org.jkprobes.target.PtRegs;
import org.jspecify.annotations.Nullable;

/**
 * A vCPU of the toy machine: fetch, breakpoints, exceptions and interrupts here, the instructions in {@link ToyInstructions}. Exceptions
 * go to 0x80000180, refills to 0x80000000, as on a real one; interrupts are never taken in a delay slot.
 */
public final class ToyCpu implements PtRegs {
    /** A vCPU that comes here stops. */
    public static final long HALT = 0x8000ff00L;

    private static final long CALL_RETURN = 0x8000ff10L;
    static final int EXL = 2;
    static final int IE = 1;
    static final int REFILL_FLAG = 0x100;
    private static final List<String> NAMES = registerNames();

    final ToyMachine machine;
    private final int number;
    final ToyInstructions instructions;

    final int[] r = new int[32];
    int hi;
    int lo;
    long pc;
    boolean delay;
    long branchTarget;
    int status;
    int cause;
    int epc;
    int badvaddr;
    boolean linked;
    int linkedValue;
    /** By page of the mapped region. */
    final boolean[] tlb = new boolean[ToyRam.MAPPED_PAGES];

    /** Guest instructions retired. */
    public long retired;
    /** Told of every instruction that is executed where it stands, without a probe. */
    public @Nullable Tracer tracer;

    /** Watches an unprobed run. */
    public interface Tracer {
        void before(ToyCpu cpu);

        /** The instruction has done what it is for. */
        void after(ToyCpu cpu);

        /** The instruction needs a refill. */
        void refill(ToyCpu cpu);
    }

    /** An interrupt comes at each multiple of this; 0 for none. */
    public int interruptEvery;

    private long interruptsTaken;
    /** The next instruction is stepped in place. */
    boolean inPlace;

    private boolean steppingInPlace;
    private ToyMachine.@Nullable Installed instrumented;
    private int nesting;

    ToyCpu(ToyMachine machine, int number) {
        this.machine = machine;
        this.number = number;
        instructions = new ToyInstructions(this);
    }

    private static List<String> registerNames() {
        List<String> names = new ArrayList<>(List.of(
                "zero", "at", "v0", "v1", "a0", "a1", "a2", "a3", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "s0",
                "s1", "s2", "s3", "s4", "s5", "s6", "s7", "t8", "t9", "k0", "k1", "gp", "sp", "fp", "ra"));
        names.addAll(List.of("status", "lo", "hi", "badvaddr", "cause", "pc"));
        return List.copyOf(names);
    }

    /** Starts at a function, with a stack and a task of its own, which returns to {@link #HALT}. */
    public ToyCpu start(String function) {
        return start(machine.byName(function).getFirst().address());
    }

    /** As {@link #start(String)}, at an address. */
    public ToyCpu start(long address) {
        pc(address);
        r[31] = (int) HALT;
        r[29] = (int) (ToyRam.BASE + 0x80000 + number * 0x4000L + 0x3f00);
        r[28] = (int) (ToyRam.BASE + 0x80000 + number * 0x4000L);
        return this;
    }

    /** Runs until it halts. @throws AssertionError if it has not after so many steps */
    public void run(long steps) {
        for (long i = 0; i < steps; i++) {
            if (pc == HALT) {
                return;
            }
            step();
        }
        throw new AssertionError("vCPU " + number + " has not halted, pc " + Long.toHexString(pc));
    }

    /** All registers, for comparison. */
    public String state() {
        StringBuilder state = new StringBuilder();
        for (int i = 0; i < 32; i++) {
            state.append(NAMES.get(i))
                    .append('=')
                    .append(Integer.toHexString(r[i]))
                    .append(' ');
        }
        return state.append(String.format(
                        "hi=%x lo=%x pc=%x delay=%b status=%x cause=%x epc=%x bad=%x retired=%d",
                        hi, lo, pc, delay, status, cause, epc, badvaddr, retired))
                .toString();
    }

    /** One instruction, or one event. */
    public void step() {
        boolean inSlot = inSlot();
        boolean held = inSlot || inPlace;
        if (!held && interruptDue()) {
            exception(0, DieEvent.GPF);
            return;
        }
        boolean stepping = inPlace;
        inPlace = false;
        int word;
        if (inSlot) {
            word = machine.text.slotWord(pc);
            if (word == 0x14d) {
                Notify answer = machine.chain.notifyDie(DieEvent.SSTEPBP, this, 5);
                if (answer != Notify.STOP) {
                    throw new AssertionError("nobody's step: " + state());
                }
                return;
            }
        } else {
            ToyMachine.Installed callback = stepping ? null : machine.installed.get(pc);
            if (callback != null) {
                executeInstrumented(callback);
                return;
            }
            if (!stepping && machine.text.armed(pc) && breakpoint()) {
                return;
            }
            if (!machine.ram.mapped(pc) || (pc & 3) != 0) {
                badvaddr = (int) pc;
                exception(4, DieEvent.GPF);
                return;
            }
            word = machine.ram.load(pc);
        }
        Tracer watching = tracer;
        if (watching != null) {
            watching.before(this);
        }
        steppingInPlace = stepping;
        boolean done = execute(word);
        if (watching != null && done) {
            watching.after(this);
        }
        steppingInPlace = false;
        if (stepping && done) {
            machine.chain.notifyDie(DieEvent.SSTEPBP, this, 0);
        }
    }

    /** Whether the event has been dealt with: no original instruction is to be executed now. */
    private boolean breakpoint() {
        if (machine.chain.notifyDie(DieEvent.BREAK, this, 0) == Notify.STOP) {
            return true;
        }
        if (machine.text.armed(pc)) {
            exception(9, DieEvent.TRAP);
            return true;
        }
        return false;
    }

    /** A breakpoint instruction of the guest's own. */
    boolean ownBreak(int code) {
        boolean probed = inSlot() || steppingInPlace || instrumented != null;
        if (!probed && machine.chain.notifyDie(DieEvent.BREAK, this, code) == Notify.STOP) {
            return false;
        }
        return exception(9, DieEvent.TRAP);
    }

    private void executeInstrumented(ToyMachine.Installed callback) {
        if (!callback.callback().before(this)) {
            return;
        }
        instrumented = callback;
        boolean done = execute(machine.ram.load(pc));
        instrumented = null;
        if (done && callback.after()) {
            callback.callback().after(this);
        }
    }

    /** Whether the instruction has done what it is for, be it an exception. */
    private boolean execute(int word) {
        return instructions.execute(word, MipsInstruction.of(word));
    }

    /** The instruction at the pc is done; goes on at the next one, or takes the pending branch. */
    void next() {
        pc = delay ? branchTarget : pc + 4;
        delay = false;
        retired++;
    }

    boolean inSlot() {
        return machine.slots().isPresent() && machine.text.contains(pc);
    }

    private boolean interruptDue() {
        return interruptEvery > 0
                && (status & (IE | EXL)) == IE
                && !delay
                && retired / interruptEvery > interruptsTaken
                && ++interruptsTaken > 0;
    }

    /**
     * Raises an exception. Returns whether the instruction that raised it is thereby done.
     *
     * @param code ExcCode, with {@link #REFILL_FLAG} for a refill
     */
    boolean exception(int code, DieEvent event) {
        boolean onPurpose = event == DieEvent.TRAP;
        Tracer watching = tracer;
        if (watching != null && event == DieEvent.REFILL) {
            watching.refill(this);
        }
        ToyMachine.Installed callback = instrumented;
        if (callback != null) {
            if (!onPurpose && callback.callback().fault(event, this, code & 0xff)) {
                return false;
            }
        } else if (inSlot() || steppingInPlace && !onPurpose) {
            if (machine.chain.notifyDie(event, this, code & 0xff) == Notify.STOP) {
                return false;
            }
        }
        if (inSlot()) {
            throw new AssertionError("an exception out of a slot: " + state());
        }
        if (nesting > 0 && !onPurpose && (code & REFILL_FLAG) == 0) {
            callFault = true;
        }
        if ((status & EXL) == 0) {
            epc = (int) (delay ? pc - 4 : pc);
            cause = code << 2 & 0x7c | (delay ? 1 << 31 : 0);
        } else {
            cause = code << 2 & 0x7c | cause & 1 << 31;
        }
        pc = ToyRam.BASE + ((code & REFILL_FLAG) != 0 && (status & EXL) == 0 ? 0 : 0x180);
        status |= EXL;
        delay = false;
        linked = false;
        return onPurpose;
    }

    private boolean callFault;

    GuestCalls.Outcome call(long function, long budget, long... arguments) {
        if (nesting == 8) {
            return new GuestCalls.Aborted(GuestCalls.AbortCause.DEPTH, function);
        }
        int[] saved = r.clone();
        long savedPc = pc;
        boolean savedDelay = delay;
        long savedTarget = branchTarget;
        long savedRetired = retired;
        int savedStatus = status;
        int savedHi = hi;
        int savedLo = lo;
        ToyMachine.Installed savedInstrumented = instrumented;
        instrumented = null;
        nesting++;
        callFault = false;
        r[29] -= 256;
        r[31] = (int) CALL_RETURN;
        for (int i = 0; i < arguments.length; i++) {
            if (i < 4) {
                r[4 + i] = (int) arguments[i];
            } else {
                machine.ram.writeInt((r[29] & 0xffffffffL) + 4L * i, (int) arguments[i]);
            }
        }
        status &= ~IE;
        pc(function);
        GuestCalls.Outcome outcome = new GuestCalls.Aborted(GuestCalls.AbortCause.BUDGET, 0);
        for (long i = 0; i < budget; i++) {
            if (pc == CALL_RETURN) {
                outcome = new GuestCalls.Returned(r[2] & 0xffffffffL);
                break;
            }
            if (callFault) {
                outcome = new GuestCalls.Aborted(GuestCalls.AbortCause.FAULT, epc & 0xffffffffL);
                break;
            }
            step();
        }
        callFault = false;
        inPlace = false;
        nesting--;
        System.arraycopy(saved, 0, r, 0, r.length);
        pc = savedPc;
        delay = savedDelay;
        branchTarget = savedTarget;
        retired = savedRetired;
        status = savedStatus;
        hi = savedHi;
        lo = savedLo;
        instrumented = savedInstrumented;
        return outcome;
    }

    @Override
    public int cpu() {
        return number;
    }

    @Override
    public long get(int index) {
        int value = switch (index) {
            case 32 -> status;
            case 33 -> lo;
            case 34 -> hi;
            case 35 -> badvaddr;
            case 36 -> cause;
            case 37 -> (int) pc;
            default -> r[index];
        };
        return value & 0xffffffffL;
    }

    @Override
    public void set(int index, long value) {
        switch (index) {
            case 0 -> {}
            case 32 -> status = (int) value;
            case 33 -> lo = (int) value;
            case 34 -> hi = (int) value;
            case 35 -> badvaddr = (int) value;
            case 36 -> cause = (int) value;
            case 37 -> pc(value);
            default -> r[index] = (int) value;
        }
    }

    @Override
    public List<String> names() {
        return NAMES;
    }

    @Override
    public int index(String name) {
        return NAMES.indexOf(name);
    }

    @Override
    public long pc() {
        return pc;
    }

    @Override
    public void pc(long address) {
        pc = address & 0xffffffffL;
        delay = false;
    }

    @Override
    public long stackPointer() {
        return r[29] & 0xffffffffL;
    }

    @Override
    public boolean inDelaySlot() {
        return delay;
    }

    @Override
    public long branchTarget() {
        return branchTarget;
    }

    @Override
    public void enterDelaySlot(long address, long target) {
        pc = address;
        delay = true;
        branchTarget = target;
    }

    @Override
    public void retire() {
        retired++;
    }

    /** The word a register's fields name. */
    int rs(int word) {
        return r[Fields.rs(word)];
    }

    int rt(int word) {
        return r[Fields.rt(word)];
    }
}
