package org.jkprobes.machine.debug;

/**
 * Why a guest has stopped.
 *
 * @param address of the breakpoint, or of the first byte watched; else of no meaning
 */
public record Stop(Cause cause, long address) {
    /** What there is to stop for. */
    public enum Cause {
        /** As far as was asked. */
        DONE,
        BREAKPOINT,
        /** A store to watched memory. */
        WRITE,
        /** A load from watched memory. */
        READ,
        /** A load or a store of memory where both are watched. */
        ACCESS,
        /** {@link org.jkprobes.machine.Machine#interrupt} was called. */
        INTERRUPTED,
        /** Someone else has paused the machine. */
        PAUSED,
        /** Going back, the beginning of what is kept was reached. */
        BEGINNING,
        POWER_OFF,
        RESET,
        /** The guest waits for what nobody will do. */
        IDLE
    }

    static Stop of(Cause cause) {
        return new Stop(cause, 0);
    }
}
