package org.jkprobes.machine.cpu;

/**
 * A CPU put aside in one of its hooks, so that it can run something else in kernel mode with interrupts held; and what is put back
 * afterwards. Ends once, by {@link #putBack} or {@link #undo}.
 */
public interface PutAside {
    /** Puts back what was interrupted; what concerns others stays. */
    void putBack();

    /** Puts all of the CPU's state back but the levels of its interrupt pins. The caller does so with memory. */
    void undo();
}
