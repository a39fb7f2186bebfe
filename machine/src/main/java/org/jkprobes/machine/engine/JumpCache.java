package org.jkprobes.machine.engine;

import org.jspecify.annotations.Nullable;

/** Where jumps to addresses in registers went lately, so that most need no look-up. */
final class JumpCache {
    /** {@link Block#mapping} of blocks whose address the guest cannot map elsewhere. */
    static final long FIXED = Long.MAX_VALUE;

    static final int MASK = (1 << 12) - 1;

    final @Nullable Block[] blocks = new Block[MASK + 1];
    /** How often mappings have changed; blocks that were entered before are not found. */
    long mapping;

    static int index(long pc) {
        return (int) (pc >>> 2) & MASK;
    }

    void put(Block block, boolean fixed) {
        block.mapping = fixed ? FIXED : mapping;
        blocks[index(block.pc)] = block;
    }
}
