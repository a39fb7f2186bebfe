package org.jkprobes.target;

/**
 * A range of executable memory that only Kprobes uses, outside guest RAM where the target can do that, reachable by the guest's kernel
 * mode without a TLB. Kprobes divides it into slots itself; about 16 bytes a probe point are needed at the same time.
 */
public interface SlotArea {
    /** First address, aligned to 16. */
    long start();

    /** Bytes; constant. */
    int size();

    /**
     * Whether a vCPU may leave a slot by a jump behind the copied instruction, in the second half of a slot: that jump counts as no
     * instruction and is not announced.
     */
    default boolean mayBeLeft() {
        return false;
    }

    /** Writes code. Never called for bytes that a vCPU may be executing. */
    void write(long address, byte[] code);

    /** Whether an address is in the area. */
    default boolean contains(long address) {
        return address - start() >= 0 && address - start() < size();
    }
}
