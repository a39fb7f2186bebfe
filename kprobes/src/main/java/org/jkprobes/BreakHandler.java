package org.jkprobes;

import org.jkprobes.target.PtRegs;

/** Runs when, during a handler of its probe, a breakpoint without a probe is hit in a guest function that the handler called. */
@FunctionalInterface
public interface BreakHandler {
    /**
     * @param probe the probe whose handler is running
     * @param regs pc at the breakpoint
     * @return non-zero: handled, go on from the registers (the pc must have been moved); 0: the guest gets the breakpoint
     */
    int handle(Kprobe probe, PtRegs regs);
}
