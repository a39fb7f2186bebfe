package org.jkprobes.machine.engine;

import java.util.ArrayList;
import java.util.List;

/** What has been emitted for a loop of blocks and is not in the code memory yet. */
record RegionCode(RegionPlan plan, X64Assembler out, List<Copy> copies, List<Exit> exits) {
    /**
     * Where it is left to Java, which is to do a micro-op of a block, or has no budget to enter it (-1).
     *
     * @param number where the constant is that tells Java which exit it is
     * @param goesOn where it goes on then, or {@link NativeBlock#NONE}
     */
    record Exit(Block block, int index, int number, int goesOn) {}

    /** A copy of a block; places are offsets from the region's start. */
    static final class Copy {
        final RegionPlan.Member member;
        final Block block;
        int entry;
        int refusal;
        /** The jump to there. */
        int poor;

        int site0 = NativeBlock.NONE;
        int site1 = NativeBlock.NONE;
        List<NativeEmitter.Aside> asides = List.of();

        Copy(RegionPlan.Member member) {
            this.member = member;
            block = member.block;
        }

        private NativeBlock placed(NativeCode code, int start) {
            return new NativeBlock(
                    code,
                    start + entry,
                    NativeBlock.NONE,
                    start + refusal,
                    site0 < 0 ? NativeBlock.NONE : start + site0,
                    site1 < 0 ? NativeBlock.NONE : start + site1,
                    new int[0]);
        }
    }

    /** Puts it at the next free place, and lets the head's entry lead there. The plan must still hold. */
    void install(NativeCode code) {
        int[] numbers = new int[exits.size()];
        for (int i = 0; i < numbers.length; i++) {
            Exit exit = exits.get(i);
            numbers[i] = code.exit(exit.block, exit.index);
            out.int4At(exit.number, numbers[i]);
        }
        int start = code.place(out);
        for (int i = 0; i < numbers.length; i++) {
            int goesOn = exits.get(i).goesOn;
            code.goesOn(numbers[i], goesOn == NativeBlock.NONE ? NativeBlock.NONE : start + goesOn);
        }
        List<NativeBlock> members = new ArrayList<>(copies.size());
        for (Copy copy : copies) {
            members.add(copy.member.compiled);
        }
        Region region = new Region(code, List.copyOf(members), numbers, start);
        for (int i = 0; i < members.size(); i++) {
            members.get(i).copied(copies.get(i).placed(code, start), region);
        }
    }
}
