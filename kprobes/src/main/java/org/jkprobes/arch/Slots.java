package org.jkprobes.arch;

/** Where a port takes instruction slots from. */
public interface Slots {
    /** No slot: the area is full, or the target has none. */
    long NONE = -1;

    /** A slot of {@link Arch#slotBytes()} bytes, filled with this code (at most so long); or {@link #NONE}. */
    long take(byte[] code);

    /** Gives a slot back. */
    void give(long slot);
}
