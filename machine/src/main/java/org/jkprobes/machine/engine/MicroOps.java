package org.jkprobes.machine.engine;

import java.util.Arrays;

/** The micro-ops of all blocks, one after the other, so that the hot loop works on a single array. */
final class MicroOps {
    /** More than the code of any guest so far; a guest that makes ever new code reaches it, and then all is lifted anew. */
    private static final int LIMIT = 1 << 24;

    /** Up to here, memory is rather doubled. */
    private static final int LITTLE = 1 << 20;

    long[] words = new long[1 << 16];
    private int used;

    /** Whether it is time to {@link #clear}. */
    boolean full() {
        return used > LIMIT;
    }

    /** How many there are, of blocks that nobody enters any more too. */
    int used() {
        return used;
    }

    /** Whether room for this many more means twice the memory, and that is not little. */
    boolean wouldGrow(int count) {
        return used + count > words.length && words.length >= LITTLE;
    }

    /** Forgets all; no block may be entered afterwards. */
    void clear() {
        used = 0;
    }

    /** Adds a block's micro-ops; returns the index of the first. */
    int add(long[] from, int count) {
        if (used + count > words.length) {
            words = Arrays.copyOf(words, words.length * 2);
        }
        System.arraycopy(from, 0, words, used, count);
        used += count;
        return used - count;
    }
}
