package org.jkprobes.machine.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A loop of blocks that is to become a {@link Region}, as it was when it was found: all that its translation reads, on whatever thread.
 *
 * @param members the blocks, the loop's head first
 */
record RegionPlan(List<Member> members, RegionPins pins, EmitterSettings settings, int generation) {
    /** A block. */
    static final class Member {
        final Block block;
        /** Its own code. */
        final NativeBlock compiled;
        /** Its micro-ops. */
        final long[] words;

        final ProbeCode probe;

        private final int to0;
        private final int to1;

        private Member(Block block, NativeBlock compiled, List<Block> blocks, Vcpu cpu) {
            this.block = block;
            this.compiled = compiled;
            words = Arrays.copyOfRange(cpu.code.code.words, block.start, block.start + block.microOps());
            probe = ProbeCode.of(block, cpu);
            to0 = number(compiled.next0, blocks);
            to1 = number(compiled.next1, blocks);
        }

        private static int number(@Nullable Block next, List<Block> blocks) {
            return next == null ? -1 : blocks.indexOf(next);
        }

        /** The number of the member to which an exit leads, or -1. */
        int to(boolean exit1) {
            return exit1 ? to1 : to0;
        }

        /** Whether it is still what it was. */
        private boolean holds() {
            return block.valid && block.compiled == compiled;
        }
    }

    /** Of blocks that all have code of their own. */
    static RegionPlan of(List<Block> blocks, RegionPins pins, Vcpu cpu, NativeCode code) {
        List<Member> members = new ArrayList<>(blocks.size());
        for (Block block : blocks) {
            NativeBlock compiled = block.compiled;
            if (compiled == null) {
                throw new IllegalStateException("a block of a region without code");
            }
            members.add(new Member(block, compiled, blocks, cpu));
        }
        return new RegionPlan(List.copyOf(members), pins, EmitterSettings.of(cpu, code), code.generation());
    }

    /** Whether what was made of it may be run: no block has changed meanwhile, and their code is still there. */
    boolean holds(NativeCode code) {
        return generation == code.generation() && members.stream().allMatch(Member::holds);
    }
}
