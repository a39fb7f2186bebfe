package org.jkprobes.symbols.unwind;

import java.util.Optional;
import org.jkprobes.symbols.Location;

/**
 * One entry of a stack trace.
 *
 * @param kind how execution left this frame
 * @param pc the instruction that runs next in it: in a caller the one its callee returns to
 * @param stackPointer its stack pointer, as it is at {@code pc}
 * @param location {@code pc} as symbol and offset; for a caller in the function that holds the call,
 *     also when the call is its last instruction
 */
public record Frame(Kind kind, long pc, long stackPointer, Optional<Location> location) {
    /** How execution left a frame. */
    public enum Kind {
        /** Where the guest stands. */
        CURRENT,
        /** It called the frame before it. */
        CALLER,
        /** An exception or interrupt broke into it. */
        INTERRUPTED
    }

    /** As the kernel prints it, {@code [<801234a0>] name+0x10/0x58}. */
    @Override
    public String toString() {
        return "[<%08x>] %s"
                .formatted(pc, location.map(Location::toString).orElseGet(() -> "0x" + Long.toHexString(pc)));
    }
}
