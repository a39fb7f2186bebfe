package org.jkprobes;

import org.jkprobes.target.PtRegs;

/**
 * Runs before the probed instruction. Runs with guest interrupts and preemption held, on the vCPU's thread, and may run on several vCPUs
 * at once. Registers and memory may be read and changed.
 */
@FunctionalInterface
public interface PreHandler {
    /**
     * @param probe the probe that was hit
     * @param regs as before the instruction; valid during the call
     * @return 0: go on. Non-zero: this handler has set up execution itself (the pc as well): the instruction is not executed, further
     *     pre-handlers at this address and all post-handlers are left out. A changed pc counts only then.
     */
    int handle(Kprobe probe, PtRegs regs);
}
