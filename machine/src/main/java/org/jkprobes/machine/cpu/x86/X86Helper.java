package org.jkprobes.machine.cpu.x86;

/** The helper micro-ops of x86: the low bits of HELPER's immediate; a parameter stands above. */
final class X86Helper {
    private X86Helper() {}

    static final int SHIFT = 8;

    // COMPUTE's immediate: conditions 0 to 15, and these, with a parameter above.
    /** The arithmetic flags' image. */
    static final int FLAGS = 16;

    // The image after T0, of width {@code parameter}, was shifted or rotated by T1 (SHLD and SHRD: by the bits of T3).
    static final int SHL = 32;
    static final int SHR = 33;
    static final int SAR = 34;
    static final int ROL = 35;
    static final int ROR = 36;
    static final int RCL = 37;
    static final int RCR = 38;
    static final int SHLD = 39;
    static final int SHRD = 40;
    /** The image after bit T1 of T0, of width {@code parameter}, was tested. */
    static final int BIT = 41;

    /** HELPER's: d = a, of width {@code parameter >> 8}, shifted as {@code parameter & 0xff} says; NEW_FLAGS. */
    static final int SHIFT_OPERATION = 1;

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

    /** Whether segment {@code parameter & 7} lets {@code parameter >> 4} bytes at offset a be read, or written ({@code parameter & 8}). */
    static final int LIMIT = 26;
}
