package org.jkprobes.machine.device;

/**
 * A clock that counts virtual time, exactly: no rounding adds up, however long the guest runs.
 *
 * @param hertz ticks a second, at most 9 GHz
 */
public record Frequency(long hertz) {
    public static final long NS_PER_SECOND = 1_000_000_000L;

    /** Whole ticks in {@code ns}, rounded down. */
    public long ticks(long ns) {
        return ns / NS_PER_SECOND * hertz + ns % NS_PER_SECOND * hertz / NS_PER_SECOND;
    }

    /** The ns that {@code ticks} take, rounded down. */
    public long ns(long ticks) {
        return ticks / hertz * NS_PER_SECOND + ticks % hertz * NS_PER_SECOND / hertz;
    }
}
