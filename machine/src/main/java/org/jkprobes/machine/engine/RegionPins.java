package org.jkprobes.machine.engine;

import java.util.Arrays;
import java.util.List;

/** The slots that a region keeps in registers. */
final class RegionPins {
    /** What is in a loop inside the loop counts so much more. */
    private static final int DEEPER = 4;

    private static final int MOST_DEEP = 4;

    private final int[] slots;
    private final int written;

    private RegionPins(int[] slots, int written) {
        this.slots = slots;
        this.written = written;
    }

    void startIn(RegisterCache cache) {
        cache.begin(slots, written);
    }

    /** Chooses the slots used most. {@code backs[i]}: the first block to which block i leads back, or i + 1 if it leads to none before it. */
    static RegionPins choose(List<Block> blocks, int[] backs, Vcpu cpu) {
        int[] depth = new int[blocks.size()];
        for (int i = 0; i < backs.length; i++) {
            for (int k = backs[i]; k <= i; k++) {
                depth[k] = Math.min(MOST_DEEP, depth[k] + 1);
            }
        }
        long[] uses = new long[Vcpu.SLOTS];
        boolean[] written = new boolean[Vcpu.SLOTS];
        for (int i = 0; i < blocks.size(); i++) {
            count(blocks.get(i), cpu.code.code.words, (long) Math.pow(DEEPER, depth[i]), uses, written);
        }
        for (int slot = 0; slot < 64; slot++) {
            if ((cpu.temporaries() >> slot & 1) != 0) {
                uses[slot] = 0;
            }
        }
        if (cpu.zeroSlot() >= 0) {
            uses[cpu.zeroSlot()] = 0;
        }
        return most(uses, written);
    }

    private static RegionPins most(long[] uses, boolean[] written) {
        int[] slots = new int[RegisterCache.MOST_PINNED];
        int count = 0;
        int changed = 0;
        while (count < slots.length) {
            int best = 0;
            for (int slot = 1; slot < uses.length; slot++) {
                best = uses[slot] > uses[best] ? slot : best;
            }
            if (uses[best] == 0) {
                break;
            }
            uses[best] = 0;
            changed |= written[best] ? 1 << count : 0;
            slots[count++] = best;
        }
        return new RegionPins(Arrays.copyOf(slots, count), changed);
    }

    private static void count(Block block, long[] words, long weight, long[] uses, boolean[] written) {
        for (int i = block.start; i < block.start + block.microOps(); i++) {
            long uop = words[i];
            int op = Op.op(uop);
            uses[Op.a(uop)] += weight;
            if (!Op.hasImmediate(op)) {
                uses[Op.slotB(uop)] += weight;
            }
            int d = Op.d(uop);
            if (op >= Op.ST8 && op <= Op.ST64) {
                uses[d] += weight;
            } else if (!Op.branches(op) && op != Op.JUMP) {
                for (int k = d; k <= (Op.records(op) ? d + 2 : d); k++) {
                    uses[k] += weight;
                    written[k] = true;
                }
            }
        }
    }
}
