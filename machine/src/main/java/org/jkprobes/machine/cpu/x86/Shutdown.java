package org.jkprobes.machine.cpu.x86;

/** What happens when the CPU shuts down, after a triple fault. */
@FunctionalInterface
public interface Shutdown {
    /**
     * @param asked whether the guest can have meant nothing else: it was by INT3 with an empty IDT, a way to ask for a reset. Otherwise it
     *     could go on no more
     */
    void happens(boolean asked);
}
