package org.jkprobes.machine.engine;

import java.util.Arrays;

/**
 * Which host registers hold which slots while code is emitted. A result stays in its register until the register is wanted for something
 * else or the block ends; {@link State#dirty} says which slots have not been stored yet, so that whoever leaves can. Pinned slots, those
 * of a region's loop, stay in their registers from block to block.
 */
final class RegisterCache {
    private static final int[] POOL = {
        X64Assembler.RSI,
        X64Assembler.RDI,
        X64Assembler.R8,
        9,
        10,
        11,
        X64Assembler.RBP,
        X64Assembler.R12,
        X64Assembler.R15
    };
    /** Registers that are never pinned: an operation has two operands and a result. */
    static final int MOST_PINNED = POOL.length - 3;

    private static final int NONE = -1;

    private final X64Assembler out;
    private final int[] slotOf = new int[POOL.length];
    private final int[] used = new int[POOL.length];
    /** By register: the slot in memory is older. */
    private int dirty;

    private int pinned;
    /** By register: pinned slots that the region changes somewhere. */
    private int pinnedWritten;

    private int clock;

    RegisterCache(X64Assembler out) {
        this.out = out;
        begin(new int[0], 0);
    }

    /** Starts new code, with slots pinned to the first registers; bit n of {@code written}: the n-th of them is written somewhere. */
    void begin(int[] pins, int written) {
        pinned = pins.length;
        pinnedWritten = written;
        System.arraycopy(pins, 0, slotOf, 0, pinned);
        forget();
    }

    /** Nothing is in registers but what is pinned; what was not stored is lost. */
    void forget() {
        Arrays.fill(slotOf, pinned, slotOf.length, NONE);
        dirty = 0;
    }

    /** A register that holds a slot; good until the next but one call. */
    int read(int slot) {
        int i = find(slot);
        if (i < 0) {
            i = free();
            slotOf[i] = slot;
            out.load(true, POOL[i], X64Assembler.RBX, slot * 8);
        }
        used[i] = ++clock;
        return POOL[i];
    }

    /** The register in which a slot's new value is to be put; the value it had is lost. */
    int target(int slot) {
        int i = find(slot);
        if (i < 0) {
            i = free();
            slotOf[i] = slot;
        }
        used[i] = ++clock;
        changed(i);
        return POOL[i];
    }

    /** As {@link #read}; what is in the register is about to be changed in place. */
    int update(int slot) {
        int register = read(slot);
        changed(find(slot));
        return register;
    }

    private void changed(int i) {
        if (i >= pinned) {
            dirty |= 1 << i;
        }
    }

    /** Gives a slot the value of a register. */
    void write(int slot, int from) {
        int to = target(slot);
        if (to != from) {
            out.move(true, to, from);
        }
    }

    private int find(int slot) {
        for (int i = 0; i < slotOf.length; i++) {
            if (slotOf[i] == slot) {
                return i;
            }
        }
        return NONE;
    }

    /** The one used least lately, its slot stored. */
    private int free() {
        int best = pinned;
        for (int i = pinned; i < slotOf.length; i++) {
            if (slotOf[i] == NONE) {
                return i;
            }
            if (used[i] < used[best]) {
                best = i;
            }
        }
        if ((dirty >> best & 1) != 0) {
            store(best, slotOf[best]);
            dirty &= ~(1 << best);
        }
        return best;
    }

    private void store(int i, int slot) {
        out.store(true, POOL[i], X64Assembler.RBX, slot * 8);
    }

    /** Stores what has not been, but for slots of this set that are of no use any more. */
    void spillBut(long dead) {
        for (int i = pinned; i < slotOf.length; i++) {
            boolean isDead = slotOf[i] >= 0 && slotOf[i] < 64 && (dead >> slotOf[i] & 1) != 0;
            if ((dirty >> i & 1) != 0 && !isDead) {
                store(i, slotOf[i]);
                dirty &= ~(1 << i);
            }
        }
    }

    /** What is where at one place of the code. */
    static final class State {
        private final int[] slotOf;
        private final int dirty;

        private State(int[] slotOf, int dirty) {
            this.slotOf = slotOf;
            this.dirty = dirty;
        }
    }

    State state() {
        return new State(slotOf.clone(), dirty);
    }

    /** Stores what was not at that place. */
    void spill(State at) {
        for (int i = pinned; i < at.slotOf.length; i++) {
            if ((at.dirty >> i & 1) != 0) {
                store(i, at.slotOf[i]);
            }
        }
    }

    /** Stores slots of a set that were not at that place. */
    void store(State at, long slots) {
        for (int i = 0; i < at.slotOf.length; i++) {
            int slot = at.slotOf[i];
            boolean newer = ((i < pinned ? pinnedWritten : at.dirty) >> i & 1) != 0;
            if (newer && slot >= 0 && slot < 64 && (slots >> slot & 1) != 0) {
                store(i, slot);
            }
        }
    }

    /** From what the registers hold at a place, all of it stored, to what they hold at another. */
    void change(State at, State after) {
        for (int i = 0; i < at.slotOf.length; i++) {
            if (after.slotOf[i] != NONE && after.slotOf[i] != at.slotOf[i]) {
                out.load(true, POOL[i], X64Assembler.RBX, after.slotOf[i] * 8);
            }
        }
    }

    /** The register that holds a slot at a place. */
    int holder(State at, int slot) {
        for (int i = 0; i < at.slotOf.length; i++) {
            if (at.slotOf[i] == slot) {
                return POOL[i];
            }
        }
        throw new IllegalStateException("in no register: " + slot);
    }

    void spillPinned() {
        for (int i = 0; i < pinned; i++) {
            if ((pinnedWritten >> i & 1) != 0) {
                store(i, slotOf[i]);
            }
        }
    }

    void loadPinned() {
        for (int i = 0; i < pinned; i++) {
            out.load(true, POOL[i], X64Assembler.RBX, slotOf[i] * 8);
        }
    }

    /** Loads what the registers held at a place. */
    void reload(State at) {
        for (int i = 0; i < at.slotOf.length; i++) {
            if (at.slotOf[i] != NONE) {
                out.load(true, POOL[i], X64Assembler.RBX, at.slotOf[i] * 8);
            }
        }
    }
}
