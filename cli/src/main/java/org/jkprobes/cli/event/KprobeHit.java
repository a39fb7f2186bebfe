package org.jkprobes.cli.event;

import java.util.List;

/**
 * One hit of a kprobe.
 *
 * @param symbol the probed function, or the empty string for an address in none
 * @param offset bytes from the start of the function
 * @param address guest virtual address of the probe point
 * @param cpu the vCPU, from 0
 * @param when before or after the probed instruction
 * @param timeNs virtual time since power-on in ns
 * @param instructions guest instructions retired since power-on
 * @param registers as the handler saw them
 * @param stack innermost frame first; empty if not asked for
 */
public record KprobeHit(
        String symbol,
        long offset,
        long address,
        int cpu,
        When when,
        long timeNs,
        long instructions,
        RegisterValues registers,
        List<StackFrame> stack) {
    /** On which side of the probed instruction a handler runs. */
    public enum When {
        PRE,
        POST;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    public KprobeHit {
        stack = List.copyOf(stack);
    }
}
