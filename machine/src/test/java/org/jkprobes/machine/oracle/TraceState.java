package org.jkprobes.machine.oracle;

/** The registers QEMU prints before a block; one mutable object is filled over and over. */
final class TraceState {
    /** Delay slot bits of QEMU's "hflags": B, BC, BL and BR. */
    private static final int HFLAGS_BRANCH = 0x3800;

    final int[] gpr = new int[32];
    int pc;
    int hi;
    int lo;
    int hflags;
    int status;
    int cause;
    int epc;
    long llAddr;

    /** Whether the instruction at {@link #pc} stands in a delay slot. */
    boolean inDelaySlot() {
        return (hflags & HFLAGS_BRANCH) != 0;
    }

    void copyFrom(TraceState other) {
        System.arraycopy(other.gpr, 0, gpr, 0, gpr.length);
        pc = other.pc;
        hi = other.hi;
        lo = other.lo;
        hflags = other.hflags;
        status = other.status;
        cause = other.cause;
        epc = other.epc;
        llAddr = other.llAddr;
    }
}
