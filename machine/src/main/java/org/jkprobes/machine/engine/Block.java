package org.jkprobes.machine.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A straight run of guest instructions inside one page, lifted to micro-ops. */
public final class Block {
    /** The guest's address of the first instruction, and what else the lifter depended on (see {@link Vcpu#mode}). */
    public final long pc;

    public final int mode;
    /** Physical address of the first instruction and bytes covered. */
    public final long physical;

    public final int bytes;
    /** The page that its last bytes are in, if that is not the one it starts in; else -1. Such a block is one instruction. */
    final long secondPage;

    /** Guest instructions that retire when the block runs to its end. */
    public final int instructions;

    /** The budget without which the block may not be entered: a breakpoint waits for the instruction that it stands before. */
    final int needs;

    /** Where its micro-ops are in {@link MicroOps}. */
    final int start;
    /** Micro-op index to instruction index. */
    private final byte[] instructionOf;
    /** Instruction index to offset from {@link #pc}. */
    private final short[] offsetOf;
    /** Index of the instruction in a branch delay slot, or -1. */
    public final int delaySlot;
    /** Whether a probe stands before the first instruction. */
    public final boolean probed;

    final long exit0;
    final long exit1;
    /** Whether the exits may be followed without a look-up. */
    final boolean chain0;

    final boolean chain1;

    @Nullable
    Block next0;

    @Nullable
    Block next1;
    /** Another block at the same address for another mode. */
    @Nullable
    Block sibling;

    boolean valid = true;
    /** Its emitted code, if there is any. */
    @Nullable
    NativeBlock compiled;
    /** How often it was interpreted, or found to be. */
    int runs;
    /** The method that starts with it, if there is any. */
    @Nullable
    Unrolled unrolled;
    /** All that it is in. */
    private final List<Unrolled> unrolledIn = new ArrayList<>(0);
    /** The budget without which the interpreter's hot loop may not enter it: more than there is if it is not to be interpreted. */
    long price;
    /** Until when {@link JumpCache} may find it. */
    long mapping;

    Block(BlockBuilder from, int mode, MicroOps code) {
        pc = from.pc;
        this.mode = mode;
        physical = from.physical;
        bytes = from.bytes();
        secondPage = from.secondPage;
        instructions = from.retiring();
        needs = Math.max(1, instructions);
        price = needs;
        start = from.addTo(code);
        instructionOf = from.instructionOf();
        offsetOf = from.offsetOf();
        delaySlot = from.delaySlot;
        probed = from.probed;
        exit0 = from.exit0;
        exit1 = from.exit1;
        chain0 = from.chain0;
        chain1 = from.chain1;
    }

    /** The index of the instruction to which the micro-op {@code index} belongs. */
    public int instructionAt(int index) {
        return instructionOf[index - start];
    }

    /** Whether a micro-op is of the instruction after that of the one before it, and can be gone on with from outside. */
    boolean endsBefore(int index) {
        int at = index - start;
        return at < instructionOf.length
                && instructionOf[at] == instructionOf[at - 1] + 1
                && instructionOf[at] < offsetOf.length;
    }

    /** The address of an instruction of this block. */
    public long pcOf(int instruction) {
        return pc + offsetOf[instruction];
    }

    /** Whether it is still what its instructions lift to. */
    public boolean valid() {
        return valid;
    }

    /** Whether a store to physical addresses would change this block. */
    boolean covers(long address, int size) {
        if (secondPage < 0) {
            return address < physical + bytes && address + size > physical;
        }
        int inFirst = CodeCache.PAGE - (int) (physical & CodeCache.PAGE - 1);
        return address < physical + inFirst && address + size > physical
                || address < secondPage + bytes - inFirst && address + size > secondPage;
    }

    int microOps() {
        return instructionOf.length;
    }

    /** No more to be entered: what it was lifted from has changed. */
    void invalidate() {
        valid = false;
        next0 = null;
        next1 = null;
        if (compiled != null) {
            compiled.close();
        }
        List.copyOf(unrolledIn).forEach(Unrolled::dissolve);
    }

    /** It is run by a method that starts with it from now on. */
    void unroll(Unrolled method) {
        unrolled = method;
        price = Long.MAX_VALUE;
    }

    /** It has become a part of a method. */
    void joined(Unrolled method) {
        unrolledIn.add(method);
    }

    /** It is interpreted again. */
    void interpret() {
        unrolled = null;
        price = needs;
    }

    /** It is a part of a method no more. */
    void left(Unrolled method) {
        unrolledIn.remove(method);
    }
}
