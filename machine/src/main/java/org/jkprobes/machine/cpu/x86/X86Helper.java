package org.jkprobes.machine.cpu.x86;

/** The helper micro-ops of x86: the low bits of HELPER's immediate; a parameter stands above. */
final class X86Helper {
    private X86Helper() {}

    static final int SHIFT = 8;

    /** COMPUTE's immediate beside conditions 0 to 15: the arithmetic flags' image. */
    static final int FLAGS = 16;

    // d = a, of width {@code parameter}, shifted by slot T1; NEW_FLAGS.
    static final int SHL = 1;
    static final int SHR = 2;
    static final int SAR = 3;
    static final int ROL = 4;
    static final int ROR = 5;
    static final int RCL = 6;
    static final int RCR = 7;
    /** As above, shifting in the bits of T2. */
    static final int SHLD = 8;

    static final int SHRD = 9;

    // d = a with bit T1 tested (set, cleared, complemented); NEW_FLAGS.
    static final int BT = 10;
    static final int BTS = 11;
    static final int BTR = 12;
    static final int BTC = 13;

    // d = number of the first (last) bit set in a, or register parameter >> 8 if a is 0; NEW_FLAGS.
    static final int BSF = 14;
    static final int BSR = 15;

    // On the accumulator and a, of width {@code parameter}; the products set the flags' slots.
    static final int MUL = 16;
    static final int IMUL = 17;
    static final int DIV = 18;
    static final int IDIV = 19;

    // The instruction numbered {@code parameter}; its memory operand's linear address is in ADDRESS.
    /** An instruction of the FPU. */
    static final int FLOAT = 20;
    /** One that neither jumps nor changes the mode; it may set the flags' slots. */
    static final int INSIDE = 21;
    /** A string instruction without repetition. */
    static final int STRING = 22;
    /** A repeated string instruction, the only one of its block. Sets pc. */
    static final int REPEATED = 23;
    /** Any other. Sets pc. */
    static final int OTHER = 24;

    /** The exception {@code parameter}, with error code 0 if it has one. */
    static final int RAISE = 25;

    /** Whether segment {@code parameter & 7} lets {@code parameter >> 4} bytes at offset a be read, or written ({@code parameter & 8}). */
    static final int LIMIT = 26;
}
