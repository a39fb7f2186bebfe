package org.jkprobes.machine.cpu.mips;

import java.util.function.LongUnaryOperator;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.cpu.TrapHook;
import org.jkprobes.machine.device.InterruptLine;
import org.jkprobes.machine.engine.Block;
import org.jkprobes.machine.engine.BlockBuilder;
import org.jkprobes.machine.engine.Bus;
import org.jkprobes.machine.engine.FetchOverlay;
import org.jkprobes.machine.engine.Lifetime;
import org.jkprobes.machine.engine.Op;
import org.jkprobes.machine.engine.Ram;

/**
 * A MIPS 24Kc: MIPS32 release 2, little endian, TLB, no FPU (the guest's kernel emulates one), no MIPS16.
 *
 * <p>Time is that of QEMU with icount: an instruction that reads the clock sees itself as retired; one that faults on an address
 * does not retire, one that raises an exception by itself (SYSCALL) does.
 */
public final class MipsCpu extends ProbedCpu {
    private static final int REFILL_VECTOR = 0;
    private static final int GENERAL_VECTOR = 0x180;
    private static final int INTERRUPT_VECTOR = 0x200;
    private static final long MAPPED_KERNEL = 0xc0000000L;

    private final Cp0 cp0;
    private final MipsTlb guestTlb = new MipsTlb();
    private final MipsLifter lifter;
    private TrapHook traps = TrapHook.NONE;
    private LongUnaryOperator kernelPages = address -> -1;
    private boolean waiting;
    private boolean stepping;
    private boolean inPlace;
    /** Attention was asked for during a step. */
    private boolean attendLater;
    /** The engine is about it. */
    private boolean inPlaceNow;
    /** The instruction stepped is a probe's of the overlay. */
    private boolean probing;
    /** Interrupts are held: a handler calls the guest. */
    private boolean held;

    public MipsCpu(Ram ram, Bus bus, Timeline timeline) {
        super(ram, bus, timeline, 0xffffffffL, 4, false);
        cp0 = new Cp0(this, timeline, this::interruptsChanged);
        lifter = new MipsLifter(this::word, overlay());
        pc = 0xbfc00000L;
    }

    public Cp0 cp0() {
        return cp0;
    }

    @Override
    public void traps(TrapHook hook) {
        traps = hook;
    }

    @Override
    public TrapHook traps() {
        return traps;
    }

    /** Cause.IP(2 + number); 0 to 5. */
    public InterruptLine interruptPin(int number) {
        return level -> cp0.pin(number, level);
    }

    @Override
    public boolean isSlot(long address) {
        return MipsAddress.isSlot(address);
    }

    @Override
    public void jump(long address) {
        pc = address & 0xffffffffL;
        mode &= ~MipsMode.ANY_SLOT;
    }

    /** Goes on in the delay slot of a branch: at {@code address}, and then at {@code target}. */
    public void jumpToDelaySlot(long address, long target) {
        pc = address & 0xffffffffL;
        mode = mode & ~MipsMode.ANY_SLOT | MipsMode.DELAY_SLOT;
        slot(MipsSlots.BRANCH_TARGET, target & 0xffffffffL);
    }

    /** Passes by the delay slot at {@code address}, which a branch-likely has nullified, and goes on at {@code next}. */
    public void jumpToNullifiedSlot(long address, long next) {
        jumpToDelaySlot(address, next);
        mode ^= MipsMode.ANY_SLOT;
    }

    public boolean inDelaySlot() {
        return (mode & MipsMode.ANY_SLOT) != 0;
    }

    /** In a delay slot that is not executed. */
    public boolean nullified() {
        return (mode & MipsMode.NULLIFIED) != 0;
    }

    public boolean userMode() {
        return (mode & MipsMode.USER) != 0;
    }

    @Override
    public boolean waiting() {
        return waiting;
    }

    @Override
    public void stepping(boolean now) {
        stepping = now;
        if (!now && attendLater) {
            attendLater = false;
            attention = true;
        }
    }

    @Override
    public boolean canWake() {
        int status = cp0.get(Cp0.STATUS);
        return (status & Cp0.STATUS_IE) != 0 && (status & 0xff00) != 0;
    }

    @Override
    public boolean stepping() {
        return stepping;
    }

    @Override
    public void attend() {
        attention = false;
        if (stepping) {
            attendLater = true;
        } else if (!held && cp0.interruptDue()) {
            waiting = false;
            deliver(MipsException.INTERRUPT, pc, inDelaySlot());
        }
    }

    @Override
    protected boolean interruptDue() {
        return cp0.interruptDue();
    }

    private void interruptsChanged() {
        attention = true;
    }

    // ---- translation ----

    @Override
    protected int usedSlots() {
        return MipsSlots.COUNT;
    }

    @Override
    protected long temporaries() {
        return MipsSlots.TEMPORARIES;
    }

    @Override
    protected int zeroSlot() {
        return MipsSlots.ZERO;
    }

    @Override
    protected Lifetime fetchLifetime(long address) {
        return address >= 0x80000000L && address < 0xc0000000L ? Lifetime.FIXED : Lifetime.LOCAL;
    }

    @Override
    protected long translateFetch(long address) {
        if (stepping && MipsAddress.isSlot(address)) {
            return MipsAddress.slotPhysical(address);
        }
        if ((address & 3) != 0) {
            cp0.set(Cp0.BAD_VADDR, (int) address);
            timeline.retire(1);
            deliver(MipsException.ADDRESS_LOAD, pc, inDelaySlot());
            return -1;
        }
        long physical = translate(address, false, true);
        if (physical < 0) {
            int exception = pending;
            pending = NONE;
            deliver(exception, pc, inDelaySlot());
        }
        return physical;
    }

    @Override
    protected long translateData(long address, int size, boolean store) {
        if ((address & size - 1) != 0) {
            cp0.set(Cp0.BAD_VADDR, (int) address);
            pending = store ? MipsException.ADDRESS_STORE : MipsException.ADDRESS_LOAD;
            return -1;
        }
        return translate(address, store, true);
    }

    /** Changes Status as MTC0 does. */
    public void setStatus(int value) {
        writeCp0(Cp0.STATUS, value, timeline.now());
    }

    @Override
    public boolean steppingInPlace() {
        return inPlace;
    }

    /**
     * Where the kernel's own memory is found that is mapped, but not in the TLB just now (its modules): from a virtual address to a
     * physical one, or to -1. For those who look from outside.
     */
    public void kernelPages(LongUnaryOperator tables) {
        kernelPages = tables;
    }

    @Override
    public long peek(long address) {
        int was = mode;
        mode &= ~MipsMode.USER;
        long physical = translate(address & 0xffffffffL, false, false);
        mode = was;
        return physical < 0 && (address & 0xffffffffL) >= MAPPED_KERNEL
                ? kernelPages.applyAsLong(address & 0xffffffffL)
                : physical;
    }

    private long translate(long address, boolean store, boolean raising) {
        int va = (int) address;
        if (va < 0) {
            if (userMode()) {
                return raising ? addressError(va, store) : -1;
            }
            if (address < 0xc0000000L) {
                access.lifetime = Lifetime.FIXED;
                access.writable = true;
                return address & 0x1fffffff;
            }
        } else if ((cp0.get(Cp0.STATUS) & Cp0.STATUS_ERL) != 0) {
            access.lifetime = Lifetime.LOCAL;
            access.writable = true;
            return address;
        }
        int entry = guestTlb.find(va, cp0.asid());
        if (entry < 0) {
            return raising
                    ? tlbFault(va, (store ? MipsException.TLB_STORE : MipsException.TLB_LOAD) | MipsException.REFILL)
                    : -1;
        }
        int lo = guestTlb.lo(entry, va);
        if ((lo & MipsTlb.VALID) == 0) {
            return raising ? tlbFault(va, store ? MipsException.TLB_STORE : MipsException.TLB_LOAD) : -1;
        }
        access.lifetime = Lifetime.LOCAL;
        access.writable = (lo & MipsTlb.DIRTY) != 0;
        if (store && !access.writable) {
            return raising ? tlbFault(va, MipsException.TLB_MODIFIED) : -1;
        }
        return guestTlb.physical(entry, lo, va);
    }

    private long addressError(int address, boolean store) {
        return tlbFault(address, store ? MipsException.ADDRESS_STORE : MipsException.ADDRESS_LOAD);
    }

    private long tlbFault(int address, int exception) {
        cp0.set(Cp0.BAD_VADDR, address);
        cp0.set(Cp0.CONTEXT, cp0.get(Cp0.CONTEXT) & 0xff800000 | address >>> 9 & 0x007ffff0);
        cp0.set(Cp0.ENTRY_HI, cp0.get(Cp0.ENTRY_HI) & 0xff | address & 0xffffe000);
        pending = exception;
        return -1;
    }

    // ---- lifting ----

    @Override
    protected void lift(BlockBuilder into, long pc, long physical, int mode, int limit) {
        lifter.lift(into, pc, physical, mode, limit);
    }

    private int word(long physical) {
        if (FetchOverlay.isSlot(physical)) {
            return MipsWord.of(overlay().slots(), (int) (physical - FetchOverlay.SLOTS_PHYSICAL));
        }
        long offset = bus.ramOffset(physical);
        return offset < 0 ? (int) bus.load(physical, 4) : (int) readRam(offset, 4);
    }

    // ---- exceptions ----

    @Override
    protected int rewind(Block block, int instruction) {
        int start = startOf(block, instruction);
        goBack(block, start);
        if (start == 0 && block.probed) {
            // Its probe has been asked.
            traps.probeAgain(probeOf(block));
            stepProbed();
        }
        return start;
    }

    /** Whether hits of a probe are counted, and nobody told. */
    private boolean onlyCounted(Block block, int number) {
        return cells().onlyCounts(number) && block.delaySlot != 1;
    }

    private void goBack(Block block, int start) {
        pc = block.pcOf(start);
        mode = mode & ~MipsMode.ANY_SLOT | (start == 0 ? block.mode & MipsMode.ANY_SLOT : 0);
    }

    /** The branch, if the instruction is in the delay slot of one in the block. */
    private static int startOf(Block block, int instruction) {
        return instruction == block.delaySlot && instruction > 0 ? instruction - 1 : instruction;
    }

    @Override
    protected void raise(Block block, int instruction, int exception) {
        if (block.probed && instruction == 0 && !stepping && !MipsException.onPurpose(exception)) {
            int number = probeOf(block);
            if (MipsException.isRefill(exception) && onlyCounted(block, number)) {
                // The guest will execute the instruction once more: the same hit.
                count(number, -1);
            } else {
                goBack(block, 0);
                traps.probeAgain(number);
                stepProbed();
            }
        }
        deliver(exception, block.pcOf(instruction), block.delaySlot == instruction);
    }

    /** A count is taken back at a TLB refill, after which the guest executes the instruction once more; a record cannot be. */
    @Override
    protected boolean countsProbe(Block block, int number) {
        return onlyCounted(block, number)
                || block.delaySlot != 1 && super.countsProbe(block, number) && startsHarmless(block);
    }

    @Override
    protected boolean probe(Block block, int number) {
        goBack(block, 0);
        if (onlyCounted(block, number)) {
            if (!block.valid() || attention) {
                // Not reached yet: who is told of it would be told of the same hit once more after a refill.
                return false;
            }
            count(number, 1);
            return true;
        }
        TrapHook.Verdict verdict = traps.probe(number);
        if (verdict == TrapHook.Verdict.SKIP) {
            return false;
        }
        if (verdict == TrapHook.Verdict.RUN && block.valid() && !attention) {
            return true;
        }
        stepProbed();
        return false;
    }

    @Override
    public void stepProbed() {
        probing = true;
        stepping = true;
        stepInPlace();
    }

    @Override
    protected void breakpoint(Block block, int instruction, int breakCode) {
        goBack(block, startOf(block, instruction));
        if (!inPlace && debuggerStops(traps)) {
            return;
        }
        // One that is stepped in place, or has a probe, is the guest's own.
        if (inPlace || block.probed && instruction == 0 || !traps.breakpoint(breakCode)) {
            deliverToGuest(MipsException.BREAKPOINT, pc, inDelaySlot());
        }
    }

    /** Enters an exception's vector, unless a probe whose instruction is being stepped wants it. */
    private void deliver(int exception, long at, boolean inSlot) {
        if (!stepping) {
            deliverToGuest(exception, at, inSlot);
            return;
        }
        pc = at;
        if (inPlace && MipsException.onPurpose(exception)) {
            deliverToGuest(exception, at, inSlot);
            return;
        }
        inPlace = false;
        mode &= ~MipsMode.IN_PLACE;
        if (inSlot) {
            mode = mode & ~MipsMode.ANY_SLOT | MipsMode.DELAY_SLOT;
        }
        boolean probed = probing;
        if (probed) {
            endProbe();
        }
        if (!(probed ? traps.probeFault(exception) : traps.fault(exception))) {
            deliverToGuest(exception, pc, inDelaySlot());
        }
    }

    @Override
    public void stepInPlace() {
        inPlace = true;
        mode |= MipsMode.IN_PLACE;
    }

    @Override
    protected boolean runsOn() {
        return !inPlace;
    }

    @Override
    protected boolean wantsAlone() {
        inPlaceNow = inPlace;
        return inPlace;
    }

    @Override
    protected void ranAlone() {
        if (!inPlaceNow) {
            // What ran may have asked for a step in place.
            return;
        }
        mode &= ~MipsMode.IN_PLACE;
        if (inPlace) {
            inPlace = false;
            if (probing) {
                endProbe();
                traps.probeStepped();
            } else {
                traps.steppedInPlace();
            }
        }
    }

    private void endProbe() {
        probing = false;
        stepping(false);
    }

    /**
     * What is going on in a hook is put aside: from now on the CPU runs what the hook wants of it, with interrupts held. State is the
     * hook's to change.
     */
    Interrupted interrupt() {
        Interrupted now = new Interrupted(stepping, inPlace, probing, held, mode);
        stepping = false;
        inPlace = false;
        probing = false;
        held = true;
        mode &= ~(MipsMode.IN_PLACE | MipsMode.ANY_SLOT);
        return now;
    }

    /** Goes on with what {@link #interrupt} has put aside. */
    void resume(Interrupted was) {
        stepping = was.stepping;
        inPlace = was.inPlace;
        probing = was.probing;
        held = was.held;
        waiting = false;
        mode = was.mode;
        updateMode();
    }

    /** What goes on in the CPU beside its state. */
    record Interrupted(boolean stepping, boolean inPlace, boolean probing, boolean held, int mode) {}

    /** Raises an exception in the guest, as if the instruction at {@code at} had. */
    public void deliverToGuest(int exception, long at, boolean inSlot) {
        int status = cp0.get(Cp0.STATUS);
        int cause = cp0.get(Cp0.CAUSE);
        boolean refill = (exception & MipsException.REFILL) != 0;
        int code = MipsException.code(exception);
        int offset = GENERAL_VECTOR;
        if ((status & Cp0.STATUS_EXL) == 0) {
            cp0.set(Cp0.EPC, (int) (inSlot ? at - 4 : at));
            cause = inSlot ? cause | Cp0.CAUSE_BD : cause & ~Cp0.CAUSE_BD;
            if (refill) {
                offset = REFILL_VECTOR;
            }
        }
        if (code == MipsException.INTERRUPT && (cause & Cp0.CAUSE_IV) != 0) {
            offset = INTERRUPT_VECTOR + cp0.vectorOffset();
        }
        if (code == MipsException.COPROCESSOR_UNUSABLE) {
            cause = cause & ~(3 << 28) | MipsException.coprocessor(exception) << 28;
        }
        cp0.set(Cp0.CAUSE, cause & ~0x7c | code << 2);
        cp0.set(Cp0.STATUS, status | Cp0.STATUS_EXL);
        int base = (status & Cp0.STATUS_BEV) != 0 ? 0xbfc00200 : cp0.get(Cp0.EBASE) & ~0xfff;
        pc = base + offset & 0xffffffffL;
        mode &= ~MipsMode.ANY_SLOT;
        updateMode();
    }

    private void updateMode() {
        int status = cp0.get(Cp0.STATUS);
        boolean user = (status & (Cp0.STATUS_EXL | Cp0.STATUS_ERL)) == 0 && (status & 0x18) != 0;
        mode = mode & (MipsMode.ANY_SLOT | MipsMode.IN_PLACE)
                | (user ? MipsMode.USER | ((status & Cp0.STATUS_CU0) != 0 ? MipsMode.CU0 : 0) : 0);
    }

    // ---- helpers ----

    @Override
    protected void helper(Block block, int instruction, long uop) {
        int imm = Op.b(uop);
        int operand = imm >>> MipsHelper.SHIFT;
        int d = Op.d(uop);
        int a = Op.a(uop);
        switch (imm & 0xff) {
            case MipsHelper.MFC0 -> slot(d, readCp0(operand, block, instruction) & 0xffffffffL);
            case MipsHelper.MTC0 -> writeCp0(operand, (int) slot(a), nowAt(block, instruction));
            case MipsHelper.ENABLE_INTERRUPTS -> enableInterrupts(d);
            case MipsHelper.STATUS_WRITTEN -> statusWritten((slot(a) & Cp0.STATUS_ERL) != 0);
            case MipsHelper.ERET -> eret();
            case MipsHelper.WAIT -> startWaiting();
            case MipsHelper.TLBR -> readTlb();
            case MipsHelper.TLBWI -> writeTlb(true);
            case MipsHelper.TLBWR -> writeTlb(false);
            case MipsHelper.TLBP -> probeTlb();
            case MipsHelper.RDHWR -> readHardware(operand, d, block, instruction);
            case MipsHelper.SC -> storeConditional(block, d, a);
            case MipsHelper.ENTER_SLOT ->
                mode |= operand != 0 && slot(a) == 0 ? MipsMode.NULLIFIED : MipsMode.DELAY_SLOT;
            case MipsHelper.LEAVE_SLOT -> mode &= ~MipsMode.ANY_SLOT;
            default -> throw new IllegalStateException("no such helper: " + imm);
        }
    }

    private int readCp0(int register, Block block, int instruction) {
        return switch (register) {
            case Cp0.COUNT -> cp0.count(nowAt(block, instruction));
            case Cp0.RANDOM -> guestTlb.nextRandom(cp0.get(Cp0.WIRED));
            case Cp0.LL_ADDR -> linkedAddress();
            default -> cp0.get(register);
        };
    }

    /** LLAddr: the physical address of the link in units of 16 bytes; 0 without one. */
    private int linkedAddress() {
        long link = slot(MipsSlots.LL_ADDRESS);
        long physical = (link & 3) == 0 && link != 0 ? peek(link) : -1;
        return physical < 0 ? 0 : (int) (physical >>> 4);
    }

    private void writeCp0(int register, int value, long now) {
        switch (register) {
            case Cp0.COUNT -> cp0.writeCount(value, now);
            case Cp0.COMPARE -> cp0.writeCompare(value, now);
            case Cp0.CAUSE -> cp0.writeCause(value, now);
            case Cp0.ENTRY_HI -> {
                int asid = cp0.asid();
                cp0.write(register, value);
                if (asid != cp0.asid()) {
                    forgetMapped();
                }
                return;
            }
            case Cp0.STATUS -> {
                boolean erl = (cp0.get(Cp0.STATUS) & Cp0.STATUS_ERL) != 0;
                cp0.write(register, value);
                statusWritten(erl != ((value & Cp0.STATUS_ERL) != 0));
                return;
            }
            default -> {
                cp0.write(register, value);
                return;
            }
        }
        attention = true;
    }

    private void statusWritten(boolean erlChanged) {
        if (erlChanged) {
            forgetMapped();
        }
        updateMode();
        if (cp0.interruptDue()) {
            attention = true;
        }
    }

    private void enableInterrupts(int d) {
        int status = cp0.get(Cp0.STATUS);
        slot(d, status & 0xffffffffL);
        cp0.set(Cp0.STATUS, status | Cp0.STATUS_IE);
        if (cp0.interruptDue()) {
            attention = true;
        }
    }

    private void eret() {
        int status = cp0.get(Cp0.STATUS);
        if ((status & Cp0.STATUS_ERL) != 0) {
            pc = cp0.get(Cp0.ERROR_EPC) & 0xffffffffL;
            cp0.set(Cp0.STATUS, status & ~Cp0.STATUS_ERL);
            forgetMapped();
        } else {
            pc = cp0.get(Cp0.EPC) & 0xffffffffL;
            cp0.set(Cp0.STATUS, status & ~Cp0.STATUS_EXL);
        }
        slot(MipsSlots.LL_ADDRESS, 1);
        updateMode();
        if (cp0.interruptDue()) {
            attention = true;
        }
    }

    private void startWaiting() {
        waiting = true;
        attention = true;
    }

    private void readTlb() {
        if (guestTlb.read(cp0)) {
            forgetMapped();
        }
    }

    private void probeTlb() {
        if (guestTlb.probe(cp0)) {
            forgetMapped();
        }
    }

    private void writeTlb(boolean indexed) {
        boolean lost = indexed ? guestTlb.writeIndexed(cp0) : guestTlb.writeRandom(cp0);
        if (lost) {
            forgetMapped();
        } else {
            long page = cp0.get(Cp0.ENTRY_HI) & 0xffffe000L;
            forgetPage(page);
            forgetPage(page + 0x1000);
        }
    }

    private void readHardware(int register, int d, Block block, int instruction) {
        boolean allowed = !userMode() || (mode & MipsMode.CU0) != 0 || (cp0.get(Cp0.HWRENA) >>> register & 1) != 0;
        if (!allowed) {
            pending = MipsException.RESERVED_INSTRUCTION;
            leaving = true;
            return;
        }
        int value = switch (register) {
            case 1 -> 32; // SYNCI_Step
            case 2 -> cp0.count(nowAt(block, instruction));
            case 3 -> 2; // CCRes
            default -> 0;
        };
        slot(d, value & 0xffffffffL);
    }

    private void storeConditional(Block block, int d, int a) {
        long address = slot(a);
        if (address != slot(MipsSlots.LL_ADDRESS)) {
            slot(d, 0);
            return;
        }
        long value = loadSlow(address, 4);
        if (leaving) {
            return;
        }
        if (value == slot(MipsSlots.LL_VALUE)) {
            storeSlow(block, address, 4, slot(d));
        }
        if (!leaving) {
            slot(d, value == slot(MipsSlots.LL_VALUE) ? 1 : 0);
        }
    }

    // ---- state ----

    /** Sets the timer anew after {@link #restore} without that of the timeline. */
    void rearm() {
        cp0.arm(timeline.now());
    }

    @Override
    public void save(StateOutput out) {
        for (int i = 0; i < MipsSlots.STATE; i++) {
            // Elsewhere its value is a leftover, and depends on how blocks were cut.
            boolean leftover = i == MipsSlots.BRANCH_TARGET && !inDelaySlot();
            out.putLong(leftover ? 0 : slot(i));
        }
        out.putLong(pc);
        out.putInt(mode);
        out.putBoolean(waiting);
        cp0.save(out);
        guestTlb.save(out);
    }

    @Override
    public void restore(StateInput in) {
        for (int i = 0; i < MipsSlots.STATE; i++) {
            slot(i, in.getLong());
        }
        pc = in.getLong();
        mode = in.getInt();
        waiting = in.getBoolean();
        cp0.restore(in);
        guestTlb.restore(in);
        stepping = false;
        inPlace = false;
        probing = false;
        forgetAll();
        attention = true;
    }
}
