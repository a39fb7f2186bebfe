package org.jkprobes.machine.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Where jumps to addresses in registers went lately, so that most need no look-up. */
final class JumpCache {
    /** {@link Block#mapping} of blocks that no change of the address space concerns. */
    private static final long LASTING = Long.MAX_VALUE;

    static final int MASK = (1 << 12) - 1;

    final @Nullable Block[] blocks = new Block[MASK + 1];
    /** How often mappings have changed; blocks that were entered before are not found. */
    long mapping;
    /** How often everything was forgotten. */
    int emptied;

    // The range of addresses in which blocks were entered that last because their page is global.
    private long lowestGlobal = -1;
    private long highestGlobal;

    static int index(long pc) {
        return (int) (pc >>> 2) & MASK;
    }

    /** What {@link #mapping} must not exceed for an entry made now to be good. */
    long until(long pc, Lifetime lifetime) {
        if (lifetime == Lifetime.GLOBAL) {
            lowestGlobal = Long.compareUnsigned(pc, lowestGlobal) < 0 ? pc : lowestGlobal;
            highestGlobal = Long.compareUnsigned(pc, highestGlobal) > 0 ? pc : highestGlobal;
        }
        return lifetime == Lifetime.LOCAL ? mapping : LASTING;
    }

    void put(Block block, Lifetime lifetime) {
        block.mapping = until(block.pc, lifetime);
        blocks[index(block.pc)] = block;
    }

    /** The address space has changed. */
    void forgetLocal() {
        mapping++;
    }

    /** The translation of the page of an address has changed. */
    void forgetPage(long address) {
        mapping++;
        boolean perhapsGlobal = Long.compareUnsigned(address | SoftTlb.PAGE_MASK, lowestGlobal) >= 0
                && Long.compareUnsigned(address & ~SoftTlb.PAGE_MASK, highestGlobal) <= 0;
        if (perhapsGlobal) {
            forgetAll();
        }
    }

    void forgetAll() {
        mapping++;
        if (lowestGlobal != -1) {
            lowestGlobal = -1;
            highestGlobal = 0;
            emptied++;
            Arrays.fill(blocks, null);
        }
    }
}
