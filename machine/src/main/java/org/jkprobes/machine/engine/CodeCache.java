package org.jkprobes.machine.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All lifted blocks, by physical page. Knows which pages hold code, so that stores to them are noticed. */
public final class CodeCache {
    static final int PAGE = 1 << SoftTlb.PAGE_BITS;
    /** Blocks that start in this many bytes share a chain. */
    private final int alignment;

    final MicroOps code = new MicroOps();
    private final Map<Long, CodePage> pages = new HashMap<>();

    CodeCache(int alignment) {
        this.alignment = alignment;
    }

    /** The page at a physical address, made when absent. */
    CodePage page(long physical) {
        return pages.computeIfAbsent(
                physical >>> SoftTlb.PAGE_BITS, number -> new CodePage(PAGE / alignment, alignment));
    }

    /** Adds a block to the page that it starts in and to the page that it ends in. */
    void add(CodePage page, Block block) {
        page.add(block);
        if (block.secondPage >= 0) {
            page(block.secondPage).crossing.add(block);
        }
    }

    boolean hasCode(long physical) {
        CodePage page = pages.get(physical >>> SoftTlb.PAGE_BITS);
        return page != null && page.storesMatter();
    }

    /** Stores to the page are noticed even without code, until {@link #unguard} has been called as often; false if they were before. */
    boolean guard(long physical) {
        CodePage page = page(physical);
        boolean news = !page.storesMatter();
        page.guarded++;
        return news;
    }

    void unguard(long physical) {
        page(physical).guarded--;
    }

    boolean guarded(long physical) {
        CodePage page = pages.get(physical >>> SoftTlb.PAGE_BITS);
        return page != null && page.guarded > 0;
    }

    /** Drops the blocks that a store to physical memory changes; returns whether the page still holds code. */
    boolean written(long physical, int size) {
        CodePage page = pages.get(physical >>> SoftTlb.PAGE_BITS);
        if (page == null) {
            return false;
        }
        page.drop(physical, size);
        return page.storesMatter();
    }

    /** Drops the blocks that cover a virtual address, wherever it is mapped, and a few others. */
    void forget(long address) {
        pages.forEach((number, page) -> page.drop((number << SoftTlb.PAGE_BITS) + (address & PAGE - 1), 1));
    }

    /** Whether it is time to {@link #clear}: there is too much, or what {@code count} more need memory for is mostly of dropped blocks. */
    boolean full(int count) {
        return code.full() || code.wouldGrow(count) && live() < code.used() / 2;
    }

    /** Micro-ops of blocks that are not dropped. */
    private int live() {
        int live = 0;
        for (CodePage page : pages.values()) {
            for (Block chain : page.blocks) {
                for (Block block = chain; block != null; block = block.sibling) {
                    live += block.microOps();
                }
            }
        }
        return live;
    }

    /** Drops every block. */
    void clear() {
        code.clear();
        for (CodePage page : pages.values()) {
            page.dropAll();
        }
    }

    /** The blocks that start in one page. */
    static final class CodePage {
        private static final int PART_BITS = SoftTlb.PAGE_BITS - 6;

        final @Nullable Block[] blocks;
        private final int alignment;
        /** Blocks that end here and start in another page. */
        private final List<Block> crossing = new ArrayList<>(0);

        private int count;
        private int guarded;
        /** Bytes of the longest block that was ever added. */
        private int longest;
        /** For each 64th of the page: whether a block of these covers, or once covered, some of it. */
        private long covered;

        CodePage(int starts, int alignment) {
            blocks = new Block[starts];
            this.alignment = alignment;
        }

        @Nullable
        Block find(long pc, int mode) {
            Block block = blocks[((int) pc & (PAGE - 1)) / alignment];
            while (block != null && (block.pc != pc || block.mode != mode || !block.valid)) {
                block = block.sibling;
            }
            return block;
        }

        private boolean storesMatter() {
            return !isEmpty() || guarded > 0;
        }

        boolean isEmpty() {
            return count == 0 && crossing.isEmpty();
        }

        void add(Block block) {
            int index = (int) (block.physical & (PAGE - 1)) / alignment;
            block.sibling = blocks[index];
            blocks[index] = block;
            count++;
            longest = Math.max(longest, block.bytes);
            int start = (int) (block.physical & (PAGE - 1));
            covered |= part(start, Math.min(block.bytes, PAGE - start));
        }

        private static long part(int offset, int size) {
            int first = offset >> PART_BITS;
            int last = offset + size - 1 >> PART_BITS;
            return -1L << first & -1L >>> 63 - last;
        }

        void drop(long physical, int size) {
            for (int i = crossing.size() - 1; i >= 0; i--) {
                Block block = crossing.get(i);
                if (!block.valid || block.covers(physical, size)) {
                    block.invalidate();
                    crossing.remove(i);
                }
            }
            if (count == 0 || (covered & part((int) (physical & (PAGE - 1)), size)) == 0) {
                return;
            }
            int offset = (int) (physical & PAGE - 1);
            int last = Math.min(blocks.length - 1, (offset + size - 1) / alignment);
            for (int i = Math.max(0, offset - longest + 1) / alignment; i <= last; i++) {
                Block kept = null;
                for (Block block = blocks[i]; block != null; ) {
                    Block next = block.sibling;
                    if (block.covers(physical, size)) {
                        invalidate(block);
                    } else {
                        block.sibling = kept;
                        kept = block;
                    }
                    block = next;
                }
                blocks[i] = kept;
            }
            if (count == 0) {
                covered = 0;
            }
        }

        void dropAll() {
            crossing.clear();
            for (int i = 0; i < blocks.length; i++) {
                for (Block block = blocks[i]; block != null; block = block.sibling) {
                    invalidate(block);
                }
                blocks[i] = null;
            }
            covered = 0;
        }

        private void invalidate(Block block) {
            block.invalidate();
            count--;
        }
    }
}
