package org.jkprobes.machine.engine;

/**
 * How an x86-64 host does the {@link Op#COMPUTE} micro-ops of a CPU without leaving native code. What is emitted finds slot n at [RBX + 8 n],
 * may change RAX, RCX and RDX, and nothing else.
 */
public interface HostCompute {
    /** Slots, by bit, that it reads. */
    long slots();

    /** Emits what all share: it is called, and is there once. */
    void routine(X64Assembler out);

    /**
     * Emits a micro-op, whose value it leaves in RAX; false, and nothing is emitted, if Java is to do it.
     *
     * @param routine where the routine starts, for {@link X64Assembler#call}
     */
    boolean emit(long uop, X64Assembler out, int routine);
}
