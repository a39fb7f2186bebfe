package org.jkprobes.machine.engine;

import org.jspecify.annotations.Nullable;

/**
 * The interpreter's hot loop, in which blocks that have run often are unrolled to methods of the JVM's. What is hot is found by samples: every
 * few thousand instructions that were interpreted one at a time, the block that comes next.
 */
final class UnrolledLoop extends Straight {
    private final HotLoop hot = new HotLoop();
    private final Unroller unroller;
    /** Instructions to be interpreted until the next sample. */
    private long untilSample;
    /** Blocks to be interpreted whose jumps are noted. */
    private int noting;

    UnrolledLoop(Unroller unroller) {
        this.unroller = unroller;
    }

    @Override
    Block run(Vcpu cpu, Block start, int from, long budget) {
        if (cpu.alone || cpu.stepping()) {
            Block end = hot.run(cpu, start, from, budget);
            index = hot.index;
            left = hot.left;
            return end;
        }
        long[] slots = cpu.slotsHome();
        long mask = cpu.addressMask;
        int set = cpu.mode & SoftTlb.SET_MASK;
        Block block = start;
        int i = from;
        long left = budget;
        while (true) {
            Unrolled unrolled = i == block.start ? block.unrolled : null;
            Block next;
            if (unrolled != null && unrolled.suits(mask, set)) {
                int exit = unrolled.run(left + block.instructions);
                left = unrolled.left;
                block = unrolled.block(exit >> Unrolled.NUMBER_SHIFT);
                i = block.start + (exit & Unrolled.INDEX);
                int way = exit & Unrolled.WAY;
                if (way == Unrolled.REST) {
                    continue;
                }
                next = switch (way) {
                    case Unrolled.EXIT0 -> exit0(cpu, block, slots, i);
                    case Unrolled.EXIT1 -> block.chain1 ? block.next1 : cpu.jumps.find(block.exit1, block.mode);
                    default -> null;
                };
                if (way == Unrolled.UNPAID) {
                    i = UNPAID;
                }
            } else {
                long paid = noting > 0 ? 0 : Math.min(left, untilSample);
                block = hot.run(cpu, block, i, paid);
                i = hot.index;
                next = hot.next;
                left -= paid - hot.left;
                untilSample -= paid - hot.left;
                if (next != null && next.needs > hot.left) {
                    sample(cpu, block, i, next);
                }
            }
            if (next == null || !next.valid || next.needs > left) {
                index = i;
                this.left = left;
                return block;
            }
            block = next;
            i = block.start;
            left -= block.instructions;
        }
    }

    private static @Nullable Block exit0(Vcpu cpu, Block block, long[] slots, int end) {
        long uop = cpu.code.code.words[end];
        if (Op.op(uop) == Op.JUMPR) {
            return cpu.jumps.find(slots[Op.a(uop)], block.mode);
        }
        return block.chain0 ? block.next0 : cpu.jumps.find(block.exit0, block.mode);
    }

    /** The loop has ended before a block, for want of budget. */
    private void sample(Vcpu cpu, Block before, int end, Block next) {
        if (noting > 0) {
            if (Op.op(cpu.code.code.words[end]) == Op.JUMPR) {
                before.next0 = next;
            }
            noting--;
            if (noting == 0) {
                unroller.unroll(cpu);
            }
        } else if (next.unrolled == null && untilSample < next.needs) {
            untilSample = unroller.interval();
            noting = unroller.sample(next);
        }
    }

    @Override
    void found(Vcpu cpu, Block block) {
        hot.found(cpu, block);
    }

    @Override
    void link(Block from, boolean exit1, Block to) {
        hot.link(from, exit1, to);
    }
}
