package org.jkprobes.machine.cpu.x86;

/** Where an x86 CPU's state lies in the register file. Outside 64-bit mode the upper halves of registers are zero. */
public final class X86Slots {
    private X86Slots() {}

    /** General registers 0 to 15 are slots 0 to 15, numbered as in instructions. */
    public static final int RAX = 0;

    public static final int RCX = 1;
    public static final int RDX = 2;
    public static final int RBX = 3;
    public static final int RSP = 4;
    public static final int RBP = 5;
    public static final int RSI = 6;
    public static final int RDI = 7;

    /** How the arithmetic flags follow from the next three: see {@link Flags}. */
    static final int CC_OP = 16;

    static final int CC_A = 17;
    static final int CC_B = 18;
    static final int CC_C = 19;
    /** All but temporaries, in the mask of those that dead-code elimination looks at, from {@link #CC_OP} on. */
    static final int STATE = ~0x7f0;

    static final int CC_B_BIT = 1 << CC_B - CC_OP;
    static final int CC_C_BIT = 1 << CC_C - CC_OP;

    // Temporaries of one instruction.
    static final int T0 = 20;
    static final int T1 = 21;
    static final int T2 = 22;
    static final int T3 = 23;
    /** A computed linear address. */
    static final int ADDRESS = 24;
    /** The offset in its segment, where limits are checked. */
    static final int OFFSET = 25;
    /** An arithmetic flags image that a helper has computed, or a carry. */
    static final int NEW_FLAGS = 26;

    /** Always 0. */
    static final int ZERO = 27;
    /** The direction flag, at its place in RFLAGS. */
    static final int DF = 28;

    /** Bases of ES, CS, SS, DS, FS, GS. */
    static final int SEGMENT_BASE = 29;

    /** XMM0 to XMM15, low half first. */
    public static final int XMM = 36;

    /** Of RFLAGS, {@link Flag#SYSTEM}. */
    static final int SYSTEM_FLAGS = 68;
    /** What SWAPGS exchanges with GS's base. */
    static final int KERNEL_GS_BASE = 69;

    /** Selectors of ES, CS, SS, DS, FS, GS. */
    static final int SELECTOR = 70;

    /** {@link Flag#IF} if an interrupt may be waiting for it to be set, else 0. No part of the state: it follows from the controllers'. */
    static final int INTERRUPT_WAITS = 76;

    /**
     * For ES and for DS: the selector, if that chose a descriptor of the GDT that is still where it was, else -1; and the descriptor. No part
     * of the state: the next load finds them.
     */
    private static final int LOADED = 77;

    static final int GDT_BASE = 81;
    /** By how much the time-stamp counter is ahead of virtual time. */
    static final int TSC_OFFSET = 82;

    /** What is of no use behind the instruction, by bit. */
    static final long TEMPORARIES = 0x7fL << T0;
    /** Slots in use. */
    static final int COUNT = 83;

    /** The first of the two slots that say from what ES or DS was loaded. */
    static int loaded(int segment) {
        return segment == Segment.ES ? LOADED : LOADED + 2;
    }
}
