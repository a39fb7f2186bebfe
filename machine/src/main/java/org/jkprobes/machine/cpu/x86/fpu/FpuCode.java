package org.jkprobes.machine.cpu.x86.fpu;

/**
 * One x87, MMX, SSE or SSE2 instruction packed into an {@code int}, so that a micro-op's immediate carries it: immediate byte (of an
 * x87 instruction: ModRM) in bits 0–7, opcode byte after 0F (of an x87 instruction: the three low bits of the escape opcode) in 8–15,
 * the register of ModRM.reg with REX.R in 16–19, of ModRM.rm with REX.B in 20–23, then the flags below.
 */
public final class FpuCode {
    /** ModRM.rm is memory. */
    public static final int MEMORY = 1 << 24;

    /** Mandatory prefixes, in bits 25 and 26: none, 66, F3, F2. */
    public static final int PREFIX_66 = 1 << 25;

    public static final int PREFIX_F3 = 2 << 25;
    public static final int PREFIX_F2 = 3 << 25;
    /** Opcode D8 to DF. */
    public static final int X87 = 1 << 27;
    /** REX.W. */
    public static final int WIDE = 1 << 28;
    /** 16-bit operand size (of x87 environments). */
    public static final int NARROW = 1 << 29;
    /** 64-bit mode: FXSAVE has all sixteen XMM registers. */
    public static final int LONG_MODE = 1 << 30;

    private FpuCode() {}

    /** An x87 instruction: opcode byte D8 to DF, ModRM, and any of the flags NARROW and LONG_MODE. */
    public static int x87(int opcode, int modrm, int flags) {
        return X87
                | (opcode & 7) << 8
                | modrm & 0xff
                | (modrm & 0xff) >> 3 << 16 & 7 << 16
                | flags
                | (modrm < 0xc0 ? MEMORY : 0);
    }

    /** An instruction of the 0F map: registers with their REX bits, the immediate if it has one, flags. */
    public static int of(int opcode, int reg, int rm, int immediate, int flags) {
        return (opcode & 0xff) << 8 | (reg & 15) << 16 | (rm & 15) << 20 | immediate & 0xff | flags;
    }

    static int immediate(int code) {
        return code & 0xff;
    }

    static int opcode(int code) {
        return code >> 8 & 0xff;
    }

    static int reg(int code) {
        return code >> 16 & 15;
    }

    static int rm(int code) {
        return code >> 20 & 15;
    }

    static int prefix(int code) {
        return code >> 25 & 3;
    }
}
