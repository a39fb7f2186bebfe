package org.jkprobes.machine.cpu.x86.fpu;

/**
 * The guest's memory as floating-point and vector instructions see it: little-endian, by linear address, any alignment. A fault is a
 * boolean: {@code false} means that the access did not happen, nothing was changed, and the CPU knows which fault to raise.
 */
public interface FpuMemory {
    /** Loads {@code size} bytes, 1 to 512, into as many longs as they fill; what they leave of the last long is zero. */
    boolean load(long address, int size, long[] into, int index);

    /** Whether a store there would succeed. */
    boolean probeStore(long address, int size);

    /** Stores {@code size} bytes, 1 to 512, all or none. */
    boolean store(long address, int size, long[] from, int index);
}
