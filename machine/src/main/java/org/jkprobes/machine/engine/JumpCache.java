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

    /** The pages in which blocks were entered that last because it is global, and the others in which some were entered. */
    private final PageSet globals = new PageSet();

    private final PageSet locals = new PageSet();

    static int index(long pc) {
        return (int) (pc >>> 2) & MASK;
    }

    /** The block of a mode at an address, if it is known. */
    @Nullable
    Block find(long pc, int mode) {
        Block known = blocks[index(pc)];
        return known != null && known.pc == pc && known.mode == mode && known.mapping >= mapping ? known : null;
    }

    /** What {@link #mapping} must not exceed for an entry made now to be good. */
    long until(long pc, Lifetime lifetime) {
        if (lifetime == Lifetime.GLOBAL) {
            globals.add(pc);
        } else if (lifetime == Lifetime.LOCAL) {
            locals.add(pc);
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
        locals.clear();
    }

    /** The translation of the page of an address has changed. */
    void forgetPage(long address) {
        if (globals.has(address)) {
            forgetAll();
        } else if (locals.has(address)) {
            forgetLocal();
        }
    }

    void forgetAll() {
        forgetLocal();
        if (globals.clear()) {
            emptied++;
            Arrays.fill(blocks, null);
        }
    }

    /** A set of pages, and perhaps of others whose numbers end alike. */
    private static final class PageSet {
        private final long[] bits = new long[1 << 10];
        private boolean any;

        private int word(long address) {
            return (int) (address >>> SoftTlb.PAGE_BITS + 6) & bits.length - 1;
        }

        void add(long address) {
            any = true;
            bits[word(address)] |= 1L << (address >>> SoftTlb.PAGE_BITS);
        }

        boolean has(long address) {
            return any && (bits[word(address)] >>> (address >>> SoftTlb.PAGE_BITS) & 1) != 0;
        }

        /** Whether there was any. */
        boolean clear() {
            boolean had = any;
            if (had) {
                any = false;
                Arrays.fill(bits, 0);
            }
            return had;
        }
    }
}
