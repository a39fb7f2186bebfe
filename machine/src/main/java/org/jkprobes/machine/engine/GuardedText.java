package org.jkprobes.machine.engine;

/** Told when memory changes in pages with instructions that somebody has a copy of; see {@link Vcpu#guard}. */
public interface GuardedText {
    GuardedText NOBODY = new GuardedText() {
        @Override
        public void written(long physical, int length) {}

        @Override
        public void replaced() {}
    };

    /**
     * The guest, or somebody from outside, has stored to these physical addresses, which may or may not be guarded. No instruction from
     * there has been executed since.
     */
    void written(long physical, int length);

    /** All memory may be another one. */
    void replaced();
}
