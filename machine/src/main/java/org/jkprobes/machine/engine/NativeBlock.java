package org.jkprobes.machine.engine;

/** The emitted code of a block. Places are offsets into the code memory. */
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

    NativeBlock(NativeCode code, int entry, int paid, int refusal, int site0, int site1, int[] resume) {
        this.code = code;
        this.generation = code.generation();
        this.entry = entry;
        this.paid = paid;
        this.refusal = refusal;
        this.site0 = site0;
        this.site1 = site1;
        this.resume = resume;
    }

    int resume(int index) {
        return resume[index];
    }

    /** Makes exit 0 or 1 lead straight into another block. */
    void chain(boolean exit1, NativeBlock to) {
        int site = exit1 ? site1 : site0;
        if (site != NONE) {
            code.patch(site, to.entry);
        }
    }

    /** No more enters it. */
    void close() {
        if (generation == code.generation()) {
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
