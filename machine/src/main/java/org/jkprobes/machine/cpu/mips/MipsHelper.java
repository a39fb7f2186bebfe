package org.jkprobes.machine.cpu.mips;

/** The helpers that lifted MIPS code calls: the number in a HELPER micro-op, with further operands above {@link #SHIFT}. */
final class MipsHelper {
    private MipsHelper() {}

    static final int SHIFT = 8;

    /** d = CP0 register (imm &gt;&gt; 8). */
    static final int MFC0 = 0;
    /** CP0 register (imm &gt;&gt; 8) = a. */
    static final int MTC0 = 1;
    /** d = Status, whose IE is set then. */
    static final int ENABLE_INTERRUPTS = 2;

    static final int ERET = 3;
    static final int WAIT = 4;
    static final int TLBR = 5;
    static final int TLBWI = 6;
    static final int TLBWR = 7;
    static final int TLBP = 8;
    /** d = hardware register (imm &gt;&gt; 8). */
    static final int RDHWR = 9;
    /** Stores d at address a if the link holds; d = whether it did. */
    static final int SC = 10;
    /** The next instruction is in a delay slot; nullified if a is 0 and imm &gt;&gt; 8 says that the branch is a likely one. */
    static final int ENTER_SLOT = 11;
    /** The instruction in the delay slot is done. */
    static final int LEAVE_SLOT = 12;
    /** Status has been written in a way that the machine must see; bit 2 of a says that ERL has changed. */
    static final int STATUS_WRITTEN = 13;
}
