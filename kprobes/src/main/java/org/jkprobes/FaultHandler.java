package org.jkprobes;

import org.jkprobes.target.PtRegs;

/**
 * Runs when the probed instruction faults, and when a handler of the same probe fails, under the conditions of a {@link PreHandler}. A
 * software TLB refill is no fault.
 */
@FunctionalInterface
public interface FaultHandler {
    /** The {@code trapnr} of a handler that has thrown. */
    int HANDLER_FAILED = -1;

    /**
     * @param probe the probe that was hit
     * @param regs as before the instruction; for a failed handler, as it has left them
     * @param trapnr the architecture's number of the exception (MIPS: ExcCode), or {@link #HANDLER_FAILED}
     * @return 0: not handled: the guest gets the fault as if the original instruction had raised it (a failed handler's probe is
     *     disabled). Non-zero: handled: if the pc was left alone the instruction is tried again, else execution goes on at the pc (a
     *     failed handler counts as one that returned 0).
     */
    int handle(Kprobe probe, PtRegs regs, int trapnr);
}
