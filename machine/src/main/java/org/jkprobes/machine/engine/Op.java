package org.jkprobes.machine.engine;

/**
 * The micro-ops: what the lifters emit and the engines run. See {@code docs/micro-ops.md} for the form and its reasons.
 *
 * <p>A micro-op is one {@code long}: {@code op:8 | d:8 | a:8 | c:8 | b or imm:32}, lowest bits first. {@code d}, {@code a} and
 * {@code b} are numbers of slots in the register file, {@code c} is a number or 0. A 32-bit operation reads the low halves of its operands and writes its
 * result zero-extended to 64 bits. "T" below stands for the value of a slot.
 */
public final class Op {
    private Op() {}

    // Straight-line, 32-bit, three slots.
    public static final int ADD = 0;
    public static final int SUB = 1;
    public static final int AND = 2;
    public static final int OR = 3;
    public static final int XOR = 4;
    public static final int NOR = 5;
    /** Shifts take their count modulo 32 from b. */
    public static final int SHL = 6;

    public static final int SHR = 7;
    public static final int SAR = 8;
    public static final int ROR = 9;
    public static final int MUL = 10;
    /** d = a &lt; b, signed, as 0 or 1. */
    public static final int SETLT = 11;

    public static final int SETLTU = 12;
    /** d = a if b is 0; else d keeps its value. */
    public static final int MOVZ = 13;

    public static final int MOVN = 14;

    // Straight-line, 32-bit, immediate.
    public static final int ADDI = 15;
    public static final int ANDI = 16;
    public static final int ORI = 17;
    public static final int XORI = 18;
    public static final int SHLI = 19;
    public static final int SHRI = 20;
    public static final int SARI = 21;
    public static final int RORI = 22;
    public static final int SETLTI = 23;
    /** d = a &lt; imm with the sign-extended imm taken as unsigned. */
    public static final int SETLTUI = 24;

    public static final int MOV = 25;
    /** d = imm, zero-extended. */
    public static final int CONST = 26;

    public static final int SEXT8 = 27;
    public static final int SEXT16 = 28;
    /** d = a's bits from {@code imm & 31}, {@code imm >> 8} of them. */
    public static final int EXT = 29;
    /** d's bits from {@code imm & 31}, {@code imm >> 8} of them, = a's low bits. */
    public static final int INS = 30;

    // Memory: the address is a + imm, wrapped to the CPU's address width. Loads write d, stores read d.
    public static final int LD8U = 31;
    public static final int LD8S = 32;
    public static final int LD16U = 33;
    public static final int LD16S = 34;
    public static final int LD32 = 35;
    public static final int LD64 = 36;
    public static final int ST8 = 37;
    public static final int ST16 = 38;
    public static final int ST32 = 39;
    public static final int ST64 = 40;

    // Ends of a block. A conditional branch compares a with b (32 bits) and takes exit 1 if it holds, else exit 0.
    public static final int BEQ = 41;
    public static final int BNE = 42;
    public static final int BLT = 43;
    public static final int BGE = 44;
    public static final int BLTU = 45;
    public static final int BGEU = 46;
    /** To exit 0. */
    public static final int JUMP = 47;
    /** To the address in a. */
    public static final int JUMPR = 48;
    /** To exit 0 by way of the machine, which looks at interrupts, mode and mappings. */
    public static final int EXIT = 49;
    /** To the address in a by way of the machine. */
    public static final int EXITR = 50;
    /** To wherever a helper has set the CPU's pc. */
    public static final int EXIT_SET = 51;

    // The CPU's own: Java code of the architecture, named by imm. It may raise an exception.
    public static final int HELPER = 52;
    /** Raises the exception imm of the architecture; the instruction counts as retired. */
    public static final int RAISE = 53;
    /** Raises the exception imm if a is not 0; the instruction then does not retire. */
    public static final int RAISE_IF = 54;
    /** The machine's breakpoint hook, with imm as the breakpoint's code; unhandled, the guest gets its exception. */
    public static final int BREAKPOINT = 55;

    /** d = a == b, as 0 or 1. */
    public static final int SETEQ = 56;

    public static final int SETNE = 57;
    /** Asks the probe numbered imm about the instruction it stands before, the first of its block. */
    public static final int PROBE = 58;
    /**
     * d = a function of the architecture, named by imm, of slots. It raises nothing and changes nothing else. Of x86, if c is not 0 and slot
     * a holds c, it is the condition {@code imm & 15} of what {@link Vcpu#hostFlags} says: an engine may ask its host.
     */
    public static final int COMPUTE = 59;

    /** If a is not 0: the CPU's helper imm, which raises nothing, then to exit 0 by way of the machine. */
    public static final int EXIT_IF = 60;

    /** Slots d, d + 1 and d + 2 = c, a and b. If b is the slot that is always 0, nobody reads d + 2, and an engine may leave it as it is. */
    public static final int RECORD = 61;
    /** Slots d, d + 1 and d + 2 = c, a and imm, sign-extended. */
    public static final int RECORDI = 62;
    /** d = a + (b &lt;&lt; c), 64 bits. */
    public static final int ADD_SCALED = 63;

    // Less frequent straight-line operations; engines may keep them out of their hot loop.
    public static final int FIRST_RARE = 64;

    /** d = 64-bit product of a and b as signed 32-bit numbers. */
    public static final int MULS64 = 64;

    public static final int MULU64 = 65;
    /** Division by zero gives a, and so does the one overflow; remainders are then 0. */
    public static final int DIVS = 66;

    public static final int REMS = 67;
    public static final int DIVU = 68;
    public static final int REMU = 69;
    public static final int CLZ = 70;
    public static final int CLO = 71;
    /** Swaps the bytes of each half. */
    public static final int SWAP_HALF_BYTES = 72;

    public static final int ADD64 = 73;
    public static final int SUB64 = 74;
    public static final int SHRI64 = 75;
    /** d = the low half of a above the low half of b. */
    public static final int JOIN = 76;
    /** The little-endian unaligned-word merges: d's bytes, a = the aligned word, b = the address. */
    public static final int MERGE_LEFT = 80;

    public static final int MERGE_RIGHT = 81;
    /** Stores the upper (LEFT) or lower (RIGHT) bytes of d at address a, up to or from the word's boundary. */
    public static final int ST_LEFT = 82;

    public static final int ST_RIGHT = 83;
    /** d = 1 if the 32-bit signed sum (difference) of a and b overflows, else 0. */
    public static final int ADD_OVERFLOWS = 84;

    public static final int SUB_OVERFLOWS = 85;

    // 64-bit operations; immediates are sign-extended.
    public static final int AND64 = 90;
    public static final int OR64 = 91;
    public static final int XOR64 = 92;
    public static final int ADDI64 = 93;
    public static final int ANDI64 = 94;
    public static final int MOV64 = 95;
    public static final int CONST64 = 96;
    public static final int SHLI64 = 97;
    public static final int SARI64 = 98;
    /** d = the low half of a, sign-extended to 64 bits. */
    public static final int SEXT32 = 99;
    /** Bits of d from {@code imm & 63}, {@code imm >> 8} of them, = a's low bits; the other bits of all 64 are kept. */
    public static final int PUT = 100;
    /** d = a's bits from {@code imm & 63}, {@code imm >> 8} of them, sign-extended to 32 bits. */
    public static final int SEXT_FIELD = 101;

    /** d = a if the low half of b is not 0; else d keeps its value, all 64 bits of it. */
    public static final int MOVN64 = 102;

    public static final int SETLT64 = 103;
    public static final int SETLTU64 = 104;
    public static final int SETEQ64 = 105;
    public static final int SETNE64 = 106;
    public static final int ROLI64 = 107;
    public static final int MUL64 = 108;
    public static final int SHL64 = 109;
    public static final int SHR64 = 110;
    public static final int SAR64 = 111;
    /** Swaps the bytes of the low half, or of all of a. */
    public static final int SWAP32 = 112;

    public static final int SWAP64 = 113;
    /** The upper half of d = imm; the lower is kept. */
    public static final int CONST_HIGH = 114;
    /** d = a + virtual ns with instruction imm of the block done. */
    public static final int TIME = 115;

    // Ends of a block, as BEQ and the others, comparing 64 bits.
    public static final int BEQ64 = 120;
    public static final int BNE64 = 121;
    public static final int BLT64 = 122;
    public static final int BGE64 = 123;
    public static final int BLTU64 = 124;
    public static final int BGEU64 = 125;

    /** Never run: tells {@link BlockBuilder#dropDead} that the slots of the mask imm have no meaning any more. */
    static final int FORGET = 127;

    /** Whether the block may be left at the micro-op, or code of the architecture may look at all slots. */
    static boolean mayLeave(int op) {
        return op >= LD8U && op <= BREAKPOINT
                || op == PROBE
                || op == EXIT_IF
                || op >= BEQ64 && op <= BGEU64
                || op == ST_LEFT
                || op == ST_RIGHT;
    }

    /** Whether it ends a block with a comparison that takes one of two exits. */
    static boolean branches(int op) {
        return op >= BEQ && op <= BGEU || op >= BEQ64 && op <= BGEU64;
    }

    /** Whether the third field is an immediate, or nothing. */
    static boolean hasImmediate(int op) {
        return op >= ADDI && op <= ST64
                || op >= HELPER && op <= BREAKPOINT
                || op >= PROBE && op <= EXIT_IF
                || op == RECORDI
                || op == SHRI64
                || op >= ADDI64 && op <= ANDI64
                || op >= CONST64 && op <= SARI64
                || op == PUT
                || op == SEXT_FIELD
                || op == ROLI64
                || op == CONST_HIGH
                || op == TIME;
    }

    /** Whether it writes three slots and does nothing else. */
    static boolean records(int op) {
        return op == RECORD || op == RECORDI;
    }

    /** Whether what it writes to d has an upper half of zeros, of those that do nothing else or load. */
    static boolean isNarrow(int op) {
        return op < LD64 || op == SETEQ || op == SETNE || op >= DIVS && op <= SWAP_HALF_BYTES || op == SWAP32;
    }

    static boolean loads(int op) {
        return op >= LD8U && op <= LD64;
    }

    /** Whether the micro-op does nothing but write d, and does not read d. */
    static boolean writesOnly(int op) {
        return switch (op) {
            case MOVZ, MOVN, INS, MERGE_LEFT, MERGE_RIGHT, PUT, MOVN64, CONST_HIGH -> false;
            default ->
                op < LD8U
                        || op == SETEQ
                        || op == SETNE
                        || op == COMPUTE
                        || op == ADD_SCALED
                        || op >= FIRST_RARE && op < BEQ64 && !mayLeave(op);
        };
    }

    public static int op(long uop) {
        return (int) uop & 0xff;
    }

    public static int d(long uop) {
        return (int) (uop >>> 8) & 0xff;
    }

    public static int a(long uop) {
        return (int) (uop >>> 16) & 0xff;
    }

    /** The number between a and the third field. */
    public static int c(long uop) {
        return (int) (uop >>> 24) & 0xff;
    }

    /** The third field: a slot or an immediate. */
    public static int b(long uop) {
        return (int) (uop >>> 32);
    }

    /** The third field where it is a slot. */
    static int slotB(long uop) {
        return (int) (uop >>> 32) & 0xff;
    }

    /** Encodes a micro-op of slot numbers d and a and an immediate. */
    public static long withImmediate(int op, int d, int a, int imm) {
        return (long) imm << 32 | (long) a << 16 | (long) d << 8 | op;
    }

    /** Encodes a micro-op of three slot numbers. */
    public static long withSlots(int op, int d, int a, int b) {
        return withImmediate(op, d, a, b);
    }

    /** Adds the number c to a micro-op. */
    static long with(long uop, int c) {
        return uop | (long) (c & 0xff) << 24;
    }
}
