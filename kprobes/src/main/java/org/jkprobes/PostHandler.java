package org.jkprobes;

import org.jkprobes.target.PtRegs;

/** Runs after the probed instruction, under the conditions of a {@link PreHandler}. */
@FunctionalInterface
public interface PostHandler {
    /**
     * @param probe the probe that was hit
     * @param regs as after the instruction, the pc and a pending branch where it has led; all of it may be changed
     * @param flags always 0, as in Linux
     */
    void handle(Kprobe probe, PtRegs regs, long flags);
}
