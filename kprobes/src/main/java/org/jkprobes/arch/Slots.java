package org.jkprobes.arch;

import java.util.function.LongFunction;

/** Where a port takes instruction slots from. */
public interface Slots {
    /** No slot: the area is full, or the target has none. */
    long NONE = -1;

    /** A slot of {@link Arch#slotBytes()} bytes, filled with the code for its address (at most so long); or {@link #NONE}. */
    long take(LongFunction<byte[]> codeAt);

    /** A slot filled with code that is the same everywhere; or {@link #NONE}. */
    default long take(byte[] code) {
        return take(slot -> code);
    }

    /** Gives a slot back. */
    void give(long slot);
}
