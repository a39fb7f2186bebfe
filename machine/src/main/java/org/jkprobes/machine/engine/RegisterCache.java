package org.jkprobes.machine.engine;

import static org.jkprobes.machine.engine.X64Assembler.RBX;

import java.util.Arrays;

/**
 * Which host registers hold copies of which slots while a block is translated. Every result is stored to its slot at once, so a copy
 * may be forgotten at any time, and the slots are right wherever emitted code is left.
 */
final class RegisterCache {
    private static final int[] POOL = {
        X64Assembler.RSI, X64Assembler.RDI, X64Assembler.R8, 9, 10, 11, X64Assembler.RBP, 12, X64Assembler.R15
    };
    private static final int NONE = -1;

    private final X64Assembler out;
    private final int[] slotOf = new int[POOL.length];
    private final int[] used = new int[POOL.length];
    private int clock;

    RegisterCache(X64Assembler out) {
        this.out = out;
        clear();
    }

    void clear() {
        Arrays.fill(slotOf, NONE);
    }

    /** A register that holds a slot; good until the next but a few calls. */
    int read(int slot) {
        int i = find(slot);
        if (i < 0) {
            i = oldest();
            slotOf[i] = slot;
            out.load(true, POOL[i], RBX, slot * 8);
        }
        used[i] = ++clock;
        return POOL[i];
    }

    /** Gives a slot the value of a register. */
    void write(int slot, int from) {
        int i = find(slot);
        if (i < 0) {
            i = oldest();
            slotOf[i] = slot;
        }
        used[i] = ++clock;
        out.move(true, POOL[i], from);
        out.store(true, from, RBX, slot * 8);
    }

    private int find(int slot) {
        for (int i = 0; i < slotOf.length; i++) {
            if (slotOf[i] == slot) {
                return i;
            }
        }
        return NONE;
    }

    private int oldest() {
        int best = 0;
        for (int i = 0; i < slotOf.length; i++) {
            if (slotOf[i] == NONE) {
                return i;
            }
            if (used[i] < used[best]) {
                best = i;
            }
        }
        return best;
    }

    int[] state() {
        return slotOf.clone();
    }

    /** Loads what the registers held at a time. */
    void reload(int[] state) {
        for (int i = 0; i < state.length; i++) {
            if (state[i] != NONE) {
                out.load(true, POOL[i], RBX, state[i] * 8);
            }
        }
    }
}
