package org.jkprobes.machine;

/**
 * A part of the machine with state that the guest can observe, now or later. What is saved is both the snapshot and the input of
 * the state hash, so it holds guest-visible state only: no caches, no host objects, no probe state.
 */
public interface Stateful {
    /** Writes the whole state. Equal states write equal bytes. */
    void save(StateOutput out);

    /** Reads back what {@link #save} wrote, in the same order. */
    void restore(StateInput in);
}
