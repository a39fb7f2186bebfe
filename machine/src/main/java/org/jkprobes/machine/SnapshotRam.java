package org.jkprobes.machine;

import org.jkprobes.machine.engine.Ram;

/** The RAM of a snapshot. */
@FunctionalInterface
interface SnapshotRam {
    /**
     * Has a machine's RAM become as it.
     *
     * @throws SnapshotException if it is damaged; then nothing has changed
     */
    void into(Ram ram);

    /** It is not needed any more. */
    default void close() {}
}
