package org.jkprobes;

import java.util.Optional;

/**
 * Something the user should know that happened while the guest ran.
 *
 * @param kind what
 * @param probe whose handler it concerns, as the probe's {@code toString} says; empty if none
 * @param cpu the vCPU, -1 if none
 * @param address where, 0 if nowhere
 * @param message one line
 * @param cause the exception, if it was one
 */
public record Report(Kind kind, String probe, int cpu, long address, String message, Optional<Throwable> cause) {
    /** What happened. */
    public enum Kind {
        /** A handler threw, and no fault handler took it: its probe is disabled. */
        HANDLER_FAILED,
        /** A fault handler threw: its probe is disabled. */
        FAULT_HANDLER_FAILED,
        /** A fault handler had the same instruction tried again too often: the guest got the fault. */
        FAULT_LOOP,
        /** A handler is over its time limit: its probe is disabled, and its thread interrupted. */
        HANDLER_OVERDUE,
        /** The text under probes is gone, or no longer an instruction. */
        GONE,
        /** A return address could not be watched. */
        UNWATCHED
    }
}
