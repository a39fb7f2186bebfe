package org.jkprobes.isa.x86;

/** The prefixes of an instruction. */
final class Prefixes {
    static final int NO_SEGMENT = -1;

    /** Where the opcode begins. */
    int opcodeAt;

    /** The segment register of the last segment prefix, or {@link #NO_SEGMENT}. */
    int segment = NO_SEGMENT;

    boolean lock;
    boolean operandSize;
    boolean addressSize;

    /** The last of F2 and F3, or 0. */
    int repeat;

    /** The REX prefix, with its high bits, or 0. */
    int rex;

    /** Reads prefixes; {@link #opcodeAt} may be {@code limit} afterwards. */
    void read(byte[] code, int offset, int limit, X86Mode mode) {
        int at = offset;
        for (; at < limit; at++) {
            int value = code[at] & 0xff;
            if (mode == X86Mode.BITS64 && (value & 0xf0) == 0x40) {
                rex = value;
                continue;
            }
            if (!take(value)) {
                break;
            }
            // A REX prefix counts only right before the opcode.
            rex = 0;
        }
        opcodeAt = at;
    }

    private boolean take(int value) {
        switch (value) {
            case 0x26, 0x2e, 0x36, 0x3e -> segment = value >> 3 & 3;
            case 0x64, 0x65 -> segment = value & 7;
            case 0x66 -> operandSize = true;
            case 0x67 -> addressSize = true;
            case 0xf0 -> lock = true;
            case 0xf2, 0xf3 -> repeat = value;
            default -> {
                return false;
            }
        }
        return true;
    }

    /** The mandatory prefix they amount to: 0 none, 1 66, 2 F3, 3 F2. */
    int mandatory() {
        if (repeat != 0) {
            return repeat == 0xf3 ? 2 : 3;
        }
        return operandSize ? 1 : 0;
    }
}
