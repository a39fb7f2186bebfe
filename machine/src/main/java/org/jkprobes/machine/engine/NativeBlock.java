package org.jkprobes.machine.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The emitted code of a block: its own, or a copy that is part of a {@link Region}. Places are offsets into the code memory. */
final class NativeBlock {
    static final int NONE = -1;

    private final NativeCode code;
    /** Until when it is good: see {@link NativeCode#generation}. */
    final int generation;
    /** Where it is entered if it is still to be paid for; where, if it is not. */
    final int entry;

    final int paid;
    /** Where it is left for having no budget, or for being no more. */
    private final int refusal;
    /** Where the distances of the jumps to its successors are, or {@link #NONE}. */
    private final int site0;

    private final int site1;
    /** By micro-op, from the block's first: where it goes on before it, or {@link #NONE}. */
    private final int[] resume;
    /** Of these the one behind the first micro-op, which is a probe's. */
    private final int second;

    /** The blocks that its exits lead to, once they have been taken. */
    @Nullable
    Block next0;

    @Nullable
    Block next1;
    /** How often the run ended here lately. */
    int samples;
    /** The regions that have a copy of it. */
    private final List<Region> regions = new ArrayList<>(0);
    /** The copies, in the same order. */
    private final List<NativeBlock> copies = new ArrayList<>(0);

    NativeBlock(NativeCode code, int entry, int paid, int refusal, int site0, int site1, int[] resume) {
        this.code = code;
        this.generation = code.generation();
        this.entry = entry;
        this.paid = paid;
        this.refusal = refusal;
        this.site0 = site0;
        this.site1 = site1;
        this.resume = resume;
        second = resume.length > 1 ? resume[1] : NONE;
    }

    int resume(int index) {
        return index == 1 ? second : resume[index];
    }

    /** Has a copy share its fate, and its successors. */
    void copied(NativeBlock copy, Region region) {
        copies.add(copy);
        regions.add(region);
        copy.follow(false, next0);
        copy.follow(true, next1);
    }

    private void follow(boolean exit1, @Nullable Block to) {
        NativeBlock compiled = to == null || !to.valid ? null : to.compiled;
        if (compiled != null && compiled.generation == generation) {
            patch(exit1, compiled);
        }
    }

    /** A region has been dissolved; nobody enters its copy any more. */
    void left(Region region) {
        int i = regions.indexOf(region);
        regions.remove(i);
        copies.remove(i);
        samples = 0;
    }

    /** Whether a region of so many blocks, or more, has it. */
    boolean isInRegionOf(int size) {
        return regions.stream().anyMatch(region -> region.size() >= size);
    }

    void dissolveRegions() {
        for (Region region : List.copyOf(regions)) {
            region.dissolve();
        }
    }

    /** Makes exit 0 or 1 lead straight into another block. */
    void chain(boolean exit1, Block to, NativeBlock compiled) {
        if (exit1) {
            next1 = to;
        } else {
            next0 = to;
        }
        patch(exit1, compiled);
        for (NativeBlock copy : copies) {
            copy.patch(exit1, compiled);
        }
    }

    private void patch(boolean exit1, NativeBlock to) {
        int site = exit1 ? site1 : site0;
        if (site != NONE) {
            code.patch(site, to.entry);
        }
    }

    /** No more enters it. */
    void close() {
        if (generation == code.generation()) {
            dissolveRegions();
            code.jump(entry, refusal);
        }
    }

    /** Whoever enters it, which is closed, comes to another. */
    void forward(NativeBlock to) {
        if (generation == code.generation()) {
            code.jump(entry, to.entry);
        }
    }
}
