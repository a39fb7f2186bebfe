package org.jkprobes.target;

/**
 * Breakpoints in the target's text. Addresses are kernel virtual ones; aliases of the same memory are the same text. No method waits for a
 * vCPU that is inside the chain.
 */
public interface Text {
    /**
     * Puts a breakpoint instruction over the instruction at {@code address}; instruction fetch sees it, data reads do not. Returns when
     * every vCPU will see it at its next instruction boundary at the latest. Arming an armed address replaces the breakpoint. The array
     * is the callee's to keep and must not be changed.
     *
     * @return false if the address is not mapped to memory
     */
    boolean arm(long address, byte[] breakpoint);

    /**
     * Takes the breakpoint away; nothing happens if there is none. A vCPU that had reached it but not announced it yet executes the
     * original instruction.
     */
    void disarm(long address);

    /** Whether a breakpoint is at the address. */
    boolean armed(long address);

    /** Reads original bytes, as {@link Memory#read}. */
    int readOriginal(long address, byte[] into, int offset, int length);

    /** Arms several addresses; a target that gains by it does so at once. Returns how many were armed, from the first on. */
    default int armAll(long[] addresses, byte[] breakpoint) {
        for (int i = 0; i < addresses.length; i++) {
            if (!arm(addresses[i], breakpoint)) {
                return i;
            }
        }
        return addresses.length;
    }

    /** Disarms several addresses. */
    default void disarmAll(long[] addresses) {
        for (long address : addresses) {
            disarm(address);
        }
    }

    /** Told of guest writes to the text under breakpoints. */
    @FunctionalInterface
    interface GuestWriteListener {
        /**
         * The guest has changed original bytes in this range, which holds at least one armed or instrumented address. Called on the thread
         * of the vCPU that wrote, before an instruction from there is executed again; also when text is replaced as a whole.
         */
        void guestWrote(long address, int length);
    }

    /** Sets who is told; Kprobes does so once. A target that cannot see guest writes never calls it. */
    default void onGuestWrite(GuestWriteListener listener) {}
}
