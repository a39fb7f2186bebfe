package org.jkprobes.machine.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;
import org.jkprobes.machine.Stateful;
import org.jkprobes.machine.Timeline;
import org.jspecify.annotations.Nullable;

/**
 * One guest CPU as the engines see it: a file of slots, a program counter, a mode, and the architecture's part: translation,
 * lifting, helpers and exceptions.
 *
 * <p>An instruction that must not be the middle of a block (a device access, a store to the block's own code) is abandoned before
 * it has changed anything and run again as a block of its own: see {@link #alone}.
 */
public abstract class Vcpu implements Stateful {
    /** Slots in the register file. */
    public static final int SLOTS = 256;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final int FETCH_ENTRIES = 1024;

    /** The register file, unless it is {@link #away}. */
    private final long[] slots = new long[SLOTS];
    /** Where the register file is while native code works on it, and until something else does. */
    private @Nullable NativeFrame away;

    protected final Ram ram;
    protected final Bus bus;
    protected final Timeline timeline;
    protected final SoftTlb tlb = new SoftTlb();
    protected final CodeCache code;
    final JumpCache jumps = new JumpCache();

    /** The next instruction's address. */
    protected long pc;
    /** All else that the lifting of an instruction depends on; bits 0 and 1 are the soft TLB's set (privilege). */
    protected int mode;
    /** The machine is to be asked before the next block: an interrupt may be due, or the run may be over. */
    protected boolean attention;
    /** The engine must leave the block at this instruction: see {@link #pending}. */
    protected boolean leaving;
    /** The exception for which the block is left; {@link #NONE} to run the instruction again, {@link #alone}. */
    protected int pending = NONE;
    /** The current block is one instruction, which may touch devices and its own code. */
    protected boolean alone;
    /** Instructions of this run, the current block's included, that {@link #timeline} does not know of yet. */
    long uncommitted;

    /** Instructions that a breakpoint's handler has done in the engine's stead, or a helper beyond its own. */
    long emulated;

    /** The budget that the run started with, or was left after it last told {@link #timeline}. */
    long runBudget;

    /** No exception. */
    public static final int NONE = -1;
    /** Marks blocks of one instruction in {@link Block#mode}. */
    private static final int SINGLE = 1 << 30;

    /** What wraps a data address to the CPU's present address width. */
    protected long addressMask;

    private int changes;

    /** Loads and stores must be aligned, else {@link #misaligned}; of CPUs whose accesses may cross pages. */
    protected boolean strict;

    private GuardedText guardedText = GuardedText.NOBODY;

    /** Loads and stores may be misaligned, and lie on two pages. */
    final boolean mayCross;

    private final long[] fetchTag = new long[FETCH_ENTRIES];
    /** Which of {@link #fetchTag} outlive {@link #forgetLocal}. */
    private final boolean[] fetchLasts = new boolean[FETCH_ENTRIES];

    private final CodeCache.@Nullable CodePage[] fetchPage = new CodeCache.CodePage[FETCH_ENTRIES];
    private final BlockBuilder builder = new BlockBuilder();

    /**
     * @param instructionAlignment instructions start at multiples of this many bytes
     * @param mayCross whether a load or store may lie on two pages
     */
    protected Vcpu(Ram ram, Bus bus, Timeline timeline, long addressMask, int instructionAlignment, boolean mayCross) {
        this.ram = ram;
        this.bus = bus;
        this.timeline = timeline;
        this.addressMask = addressMask;
        this.mayCross = mayCross;
        code = new CodeCache(Math.max(4, instructionAlignment));
        forgetFetches();
    }

    // ---- the architecture's part ----

    /** Until when the present translation of an instruction address is good. */
    protected abstract Lifetime fetchLifetime(long address);

    /** Translates pc to a physical address; on a fault raises the exception (pc is then its vector) and returns -1. */
    protected abstract long translateFetch(long address);

    /**
     * Translates a data address for the soft TLB's slow path and fills {@link #access}. On a fault sets {@link #pending} and
     * returns -1.
     */
    protected abstract long translateData(long address, int size, boolean store);

    /** Raises the exception of a misaligned access: sets {@link #leaving} and {@link #pending}. */
    protected void misaligned(long address) {
        throw new IllegalStateException("alignment matters to nobody");
    }

    /** Slots of the register file that are in use: this many, from the first. */
    protected abstract int usedSlots();

    /** Slots, by bit, that no block reads before it writes them. */
    protected long temporaries() {
        return 0;
    }

    /** The slot that is always 0, or -1. */
    protected int zeroSlot() {
        return -1;
    }

    /**
     * The physical address of the page after that of pc, into which the instruction at pc crosses; on a fault raises the exception (pc is
     * then its vector) and returns -1.
     */
    protected long secondPage() {
        return -1;
    }

    /** Lifts the instructions at an address, {@code limit} at most; {@link BlockBuilder#refuse} if that raised an exception. */
    protected abstract void lift(BlockBuilder into, long pc, long physical, int mode, int limit);

    /** Goes to where an instruction of a block jumps by way of a slot. Sets {@link #leaving} and {@link #pending} to raise. */
    protected void jump(Block block, int instruction, long target) {
        pc = target;
    }

    /** Does a COMPUTE micro-op: writes its d, and nothing else changes. */
    protected void compute(long uop) {
        throw new IllegalStateException("nothing to compute: " + Long.toHexString(uop));
    }

    /** How an x86-64 host's flags give what a COMPUTE micro-op computes as long as its slot a holds its c. */
    protected HostFlags hostFlags(long uop) {
        return HostFlags.NONE;
    }

    /** How a host does COMPUTE micro-ops, if it is known. */
    protected Optional<HostCompute> hostCompute() {
        return Optional.empty();
    }

    /** Runs a helper micro-op. Sets {@link #leaving} and {@link #pending} to raise. */
    protected abstract void helper(Block block, int instruction, long uop);

    /** Raises an exception at an instruction of a block: pc is then its vector. */
    protected abstract void raise(Block block, int instruction, int exception);

    /**
     * Sets pc and mode to what they are before an instruction of a block, or the branch whose delay slot it is in. Returns which
     * instruction of the block is next.
     */
    protected abstract int rewind(Block block, int instruction);

    /** A breakpoint micro-op was reached: a probe's, or the guest's own. */
    protected abstract void breakpoint(Block block, int instruction, int code);

    /**
     * The probe before the block's first instruction was reached.
     *
     * @return whether the block goes on; if not, none of its instructions has been executed, and pc and mode say what is next
     */
    protected abstract boolean probe(Block block, int number);

    /** Where emitted code counts the hits of probes, eight bytes each by number; 0 if there is nothing. */
    protected long probeCells() {
        return 0;
    }

    /** Whether emitted code may count a hit of the probe before a block's first instruction, and need not ask {@link #probe}. */
    protected boolean countsProbe(Block block, int number) {
        return false;
    }

    /** Somebody who is not the guest has changed registers, or what is fetched. */
    public final void changed() {
        changes++;
    }

    /** How often that was. */
    public final int changes() {
        return changes;
    }

    /** The block that begins at pc with a probe, if there is one. */
    public final @Nullable Block probedBlock() {
        Block block = block(false);
        return block != null && block.probed ? block : null;
    }

    /**
     * The probe of the block that begins at pc has its turn.
     *
     * @return whether the instruction is to be executed as ever; if not, the CPU goes on where its state says
     */
    public final boolean hit(Block block) {
        return probe(block, probeOf(block));
    }

    /** What emitted code records of a hit that it counts; null if nothing. */
    @Nullable
    protected RecordedProbe recordOf(int number) {
        return null;
    }

    /** Virtual ns when the run's budget is used up. */
    final long timeAtEnd() {
        return timeline.unseen() + runBudget * timeRate();
    }

    /** Virtual ns of an instruction as time passes now. */
    final long timeRate() {
        return timeline.frozen() ? 0 : Timeline.NS_PER_INSTRUCTION;
    }

    /** The number of the probe before a block's first instruction; the block is {@link Block#probed}. */
    protected final int probeOf(Block block) {
        return Op.b(code.code.words[block.start]);
    }

    /** Whether no micro-op of a block's first instruction may fault or leave the block. */
    protected final boolean startsHarmless(Block block) {
        for (int i = block.start + 1; i < block.start + block.microOps() && block.instructionAt(i) == 0; i++) {
            if (Op.mayLeave(Op.op(code.code.words[i]))) {
                return false;
            }
        }
        return true;
    }

    /** Makes the engine come back to the machine before the next block. */
    public final void requestAttention() {
        attention = true;
    }

    /** Clears the request for attention; takes an interrupt if one is due. */
    public abstract void attend();

    /** Whether an interrupt is to be taken before the next instruction, unless something else holds it off. */
    protected abstract boolean interruptDue();

    /** Whether a probed instruction is being stepped in its slot: the run may not stop here, and interrupts are held. */
    public abstract boolean stepping();

    /** Whether the next instruction must be a block of its own. */
    protected boolean wantsAlone() {
        return false;
    }

    /** Whether it need not be, and nothing else is to be done before it. */
    protected boolean runsOn() {
        return true;
    }

    /** The instruction that ran alone is done, or has raised an exception. */
    protected void ranAlone() {}

    /** A breakpoint's handler has done the instruction's work: it counts as retired. */
    public final void emulated() {
        emulated++;
        // Handlers still to come see the exact time.
        timeline.retire(1);
        runBudget--;
    }

    /** A helper, whose instruction is its block's only one, has done so many more: each counts as retired. */
    protected final void alsoRetired(long instructions) {
        emulated += instructions;
    }

    /** How many more instructions than the helper's own, which is its block's only one, this run may retire. */
    protected final long budgetLeft() {
        return Math.max(0, runBudget - uncommitted);
    }

    /** Whether it halted until an interrupt, which has not come. */
    public abstract boolean waiting();

    /** Whether any interrupt could end the wait. */
    public abstract boolean canWake();

    // ---- slots ----

    public final long slot(int number) {
        NativeFrame there = away;
        return there == null ? slots[number] : there.slot(number & SLOTS - 1);
    }

    public final void slot(int number, long value) {
        NativeFrame there = away;
        if (there == null) {
            slots[number] = value;
        } else {
            there.slot(number & SLOTS - 1, value);
        }
    }

    /** The register file as an array, to work on until the next call of anything else. */
    final long[] slotsHome() {
        NativeFrame there = away;
        if (there != null) {
            there.copyOut(slots, usedSlots());
            away = null;
        }
        return slots;
    }

    /** Has native code work on the register file. */
    final boolean slotsAreIn(NativeFrame frame) {
        return away == frame;
    }

    final void slotsInto(NativeFrame frame) {
        if (away != frame) {
            frame.copyIn(slotsHome(), usedSlots());
            away = frame;
        }
    }

    public final long pc() {
        return pc;
    }

    public final int mode() {
        return mode;
    }

    // ---- blocks ----

    /** The next block, if it may be run with so much of the budget left and nobody has to be asked before. */
    @Nullable
    final Block next(long left) {
        // Without budget not even fetched: what is due comes before a fault.
        if (left <= 0 || attention || emulated != 0 || stepping() || !runsOn()) {
            return null;
        }
        Block block = jumps.find(pc, mode);
        if (block == null || !block.valid) {
            block = block(false);
            if (block == null || block.secondPage >= 0) {
                return null;
            }
            jumps.put(block, fetchLifetime(pc));
        }
        return block.needs <= left ? block : null;
    }

    /** The block at pc, lifted when absent; null when the fetch raised an exception. */
    @Nullable
    Block block(boolean single) {
        int wanted = single ? mode | SINGLE : mode;
        int index = (int) (pc >>> SoftTlb.PAGE_BITS) & (FETCH_ENTRIES - 1);
        if (fetchTag[index] == fetchKey()) {
            CodeCache.CodePage page = fetchPage[index];
            if (page != null) {
                Block block = page.find(pc, wanted);
                if (block != null && block.secondPage < 0) {
                    return block;
                }
            }
        }
        return lookUp(index, wanted);
    }

    private @Nullable Block lookUp(int index, int wanted) {
        long physical = translateFetch(pc);
        if (physical < 0) {
            return null;
        }
        CodeCache.CodePage page = code.page(physical);
        fetchTag[index] = fetchKey();
        fetchPage[index] = page;
        fetchLasts[index] = fetchLifetime(pc) != Lifetime.LOCAL;
        Block block = page.find(pc, wanted);
        if (block != null && block.secondPage >= 0) {
            long second = secondPage();
            if (second < 0) {
                return null;
            }
            if (second != block.secondPage) {
                block.invalidate();
                block = null;
            }
        }
        if (block == null) {
            lift(builder, pc, physical, mode, (wanted & SINGLE) != 0 ? 1 : BlockBuilder.MAX_INSTRUCTIONS);
            if (builder.refused()) {
                return null;
            }
            if (code.full(builder.microOps())) {
                code.clear();
            }
            block = builder.build(wanted, code.code);
            if (page.isEmpty()) {
                protect(physical);
            }
            if (block.secondPage >= 0) {
                protect(block.secondPage);
            }
            code.add(page, block);
        }
        return block;
    }

    private long fetchKey() {
        return (pc & -(1L << SoftTlb.PAGE_BITS)) | (mode & SoftTlb.SET_MASK);
    }

    /** Stores to a page that holds code must be seen. */
    private void protect(long physical) {
        if (bus.ramOffset(physical) >= 0) {
            tlb.flushWrites();
        }
    }

    /** Who is told of changes of guarded text. */
    public final void guardedText(GuardedText listener) {
        guardedText = listener;
    }

    /** Has stores to the page of a physical address told, until {@link #unguard} has been called as often. */
    public final void guard(long physical) {
        if (code.guard(physical)) {
            protect(physical);
        }
    }

    public final void unguard(long physical) {
        code.unguard(physical);
    }

    /** Virtual ns at an instruction of the running block, itself included. */
    protected final long nowAt(Block block, int instruction) {
        if (timeline.frozen()) {
            return timeline.now();
        }
        return timeline.now() + (uncommitted - block.instructions + instruction + 1) * Timeline.NS_PER_INSTRUCTION;
    }

    /** Forgets which page an instruction address leads to: after a change of mappings. */
    protected final void forgetFetches() {
        Arrays.fill(fetchTag, -1);
        jumps.forgetAll();
    }

    /** Forgets the translation of one page. */
    protected final void forgetPage(long address) {
        tlb.flushPage(address);
        int index = (int) (address >>> SoftTlb.PAGE_BITS) & (FETCH_ENTRIES - 1);
        fetchTag[index] = -1;
        jumps.forgetPage(address);
    }

    /** Forgets the translation of one page for loads and stores. */
    protected final void forgetDataPage(long address) {
        tlb.flushPage(address);
    }

    /** Forgets the translations of one address space. */
    protected final void forgetLocal() {
        tlb.flushLocal();
        for (int i = 0; i < FETCH_ENTRIES; i++) {
            if (!fetchLasts[i]) {
                fetchTag[i] = -1;
            }
        }
        jumps.forgetLocal();
    }

    /** Forgets all translations that the guest can change. */
    protected final void forgetMapped() {
        tlb.flushMapped();
        forgetFetches();
    }

    /** Forgets everything that was derived from guest memory and mappings: after both were replaced. */
    public final void forgetAll() {
        tlb.flushAll();
        code.clear();
        forgetFetches();
        guardedText.replaced();
    }

    /** Drops the blocks that cover a virtual address: what they are to be lifted to has changed. */
    public final void reliftAt(long address) {
        changed();
        code.forget(address);
    }

    /** What loads and stores are waited for from now on. */
    public final void watch(DataWatches wanted) {
        slow.watches = wanted;
        tlb.flushAll();
    }

    /** The next store to each page of RAM goes by {@link Ram}, so that somebody may keep what was there. */
    public final void seeStores() {
        tlb.flushWrites();
    }

    // ---- memory, slow path ----

    /** Loads and stores as the program does them. */
    protected final DataAccess data = new DataAccess(this);

    private final SlowAccess slow = new SlowAccess(this);

    final MidBlock midBlock = new MidBlock(this);

    /** What {@link #translateData} says beside the physical address. */
    protected final Access access = new Access();

    /** The outcome of a translation. */
    protected static final class Access {
        public Lifetime lifetime = Lifetime.LOCAL;

        public boolean writable;
        /** Every access to the page is to be translated. */
        public boolean watched;
    }

    /** Whether a store would be done; if not, {@link #leaving} is set. */
    protected final boolean mayStore(Block block, long address, int size) {
        return slow.mayStore(block, address & addressMask, size);
    }

    /** Loads by way of the guest's translation; on a fault {@link #leaving} is set. */
    protected final long loadSlow(long address, int size) {
        return slow.load(address, size);
    }

    /** Stores by way of the guest's translation; on a fault, or if it must run alone, {@link #leaving} is set. */
    protected final void storeSlow(Block block, long address, int size, long value) {
        slow.store(block, address, size, value);
    }

    /** Whether the instruction at work may reach devices now; if not, it is to be run again alone. */
    protected final boolean reachDevices() {
        boolean may = alone || midBlock.mayReach();
        leaving |= !may;
        return may;
    }

    /** A device may have changed anything: the machine is asked if that matters to it before what was due. */
    protected final void reachedDevices(long due) {
        attention |= timeline.nextDue() < due || interruptDue() || bus.stopping();
    }

    /** Reads guest RAM at an offset, zero-extended. */
    protected final long readRam(long offset, int size) {
        MemorySegment bytes = ram.bytes();
        return switch (size) {
            case 1 -> bytes.get(ValueLayout.JAVA_BYTE, offset) & 0xffL;
            case 2 -> bytes.get(ValueLayout.JAVA_SHORT_UNALIGNED, offset) & 0xffffL;
            case 4 -> bytes.get(ValueLayout.JAVA_INT_UNALIGNED, offset) & 0xffffffffL;
            default -> bytes.get(LONG, offset);
        };
    }

    private void writeRam(long offset, int size, long value) {
        MemorySegment bytes = ram.bytes();
        switch (size) {
            case 1 -> bytes.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
            case 2 -> bytes.set(ValueLayout.JAVA_SHORT_UNALIGNED, offset, (short) value);
            case 4 -> bytes.set(ValueLayout.JAVA_INT_UNALIGNED, offset, (int) value);
            default -> bytes.set(LONG, offset, value);
        }
    }

    /** Reads physical memory, RAM or a device, zero-extended. */
    protected final long loadPhysical(long physical, int size) {
        long offset = bus.ramOffset(physical);
        return offset >= 0 ? readRam(offset, size) : bus.load(physical, size);
    }

    /** Writes physical memory, RAM or a device, inside one page; not for the program's own stores. */
    protected final void storePhysical(long physical, int size, long value) {
        long offset = bus.ramOffset(physical);
        if (offset < 0) {
            bus.store(physical, size, value);
            attention = true;
            return;
        }
        storeRam(physical, offset, size, value);
    }

    /** Writes RAM, and whoever has derived something from what was there hears of it. */
    final void storeRam(long physical, long offset, int size, long value) {
        code.written(physical, size);
        ram.touch(offset);
        writeRam(offset, size, value);
        if (code.guarded(physical)) {
            guardedText.written(physical, size);
        }
    }

    /** A hash of RAM as it is now. */
    public final long hashRam() {
        long hash = ram.hash();
        tlb.flushWrites();
        return hash;
    }

    /** Gives back what memory there is for the guest; it must not run any more. */
    public final void release() {
        tlb.flushAll();
        code.clear();
        forgetFetches();
        ram.release();
    }

    /** RAM as it is now, for other machines to go on from. */
    public final RamImage ramImage() {
        hashRam();
        return ram.image();
    }

    /** Changes RAM from outside the guest: code lifted from it is dropped. */
    public final void poke(long physical, byte[] bytes) {
        long offset = bus.ramOffset(physical);
        if (offset < 0 || bus.ramOffset(physical + bytes.length - 1) != offset + bytes.length - 1) {
            throw new IllegalArgumentException("no RAM at physical " + Long.toHexString(physical));
        }
        ram.write(offset, bytes);
        relift(physical, bytes.length);
        long end = physical + bytes.length;
        for (long at = physical; at < end; at = (at | CodeCache.PAGE - 1) + 1) {
            if (code.guarded(at)) {
                guardedText.written(at, (int) (Math.min(end, (at | CodeCache.PAGE - 1) + 1) - at));
            }
        }
    }

    /** Drops the blocks lifted from these bytes: what they are to be lifted to has changed. */
    public final void relift(long physical, int size) {
        changed();
        long end = physical + size;
        for (long at = physical; at < end; at = (at | CodeCache.PAGE - 1) + 1) {
            code.written(at, (int) (Math.min(end, (at | CodeCache.PAGE - 1) + 1) - at));
        }
    }
}
