package org.jkprobes.machine.cpu.x86.fpu;

import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;

/**
 * One x87, MMX, SSE or SSE2 instruction packed into an {@code int}, so that a micro-op's immediate carries it: immediate byte (of an
 * x87 instruction: ModRM) in bits 0–7, opcode byte after 0F (of an x87 instruction: the three low bits of the escape opcode) in 8–15,
 * the register of ModRM.reg with REX.R in 16–19, of ModRM.rm with REX.B in 20–23, then the flags below.
 */
public final class FpuCode {
    /** ModRM.rm is memory. */
    public static final int MEMORY = 1 << 24;

    /** What {@link #of(byte[], int, X86Instruction)} gives for instructions that are not of this package. */
    public static final int NONE = 0;

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

    /**
     * The code of a decoded instruction, from its bytes.
     *
     * @param bytes holds it from {@code offset} on
     * @return {@link #NONE} if it is no x87, MMX, SSE or SSE2 instruction; FWAIT and the fences are none here
     */
    public static int of(byte[] bytes, int offset, X86Instruction instruction) {
        int at = offset + instruction.opcodeOffset();
        boolean longMode = instruction.mode() == X86Mode.BITS64;
        int first = bytes[at] & 0xff;
        int mode = longMode ? LONG_MODE : 0;
        if (first >= 0xd8 && first <= 0xdf) {
            return x87(first, bytes[at + 1] & 0xff, mode | (instruction.operandBits() == 16 ? NARROW : 0));
        }
        int opcode = first == 0x0f ? bytes[at + 1] & 0xff : 0;
        if (!VectorInstructions.has(opcode)) {
            return NONE;
        }
        int flags = mode | prefix(bytes, offset, at);
        if (opcode == 0x77) {
            return of(opcode, 0, 0, 0, flags);
        }
        int modrm = bytes[at + 2] & 0xff;
        if (opcode == 0xae && (modrm >= 0xc0 || (modrm >> 3 & 7) > 3)) {
            return NONE;
        }
        int rex = longMode && at > offset && (bytes[at - 1] & 0xf0) == 0x40 ? bytes[at - 1] : 0;
        return of(
                opcode,
                modrm >> 3 & 7 | (rex & 4) << 1,
                modrm & 7 | (rex & 1) << 3,
                VectorInstructions.hasImmediate(opcode) ? bytes[offset + instruction.length() - 1] : 0,
                flags | (modrm < 0xc0 ? MEMORY : 0) | ((rex & 8) != 0 ? WIDE : 0));
    }

    /** F2 and F3 win over 66, the last of them over the other. */
    private static int prefix(byte[] bytes, int from, int at) {
        int prefix = 0;
        for (int i = from; i < at; i++) {
            prefix = switch (bytes[i] & 0xff) {
                case 0x66 -> prefix == 0 ? PREFIX_66 : prefix;
                case 0xf2 -> PREFIX_F2;
                case 0xf3 -> PREFIX_F3;
                default -> prefix;
            };
        }
        return prefix;
    }

    /** Whether it has a memory operand whose address ModRM gives. */
    public static boolean hasMemory(int code) {
        return (code & MEMORY) != 0;
    }

    /** Whether its memory operand is at DS:rDI and not in ModRM: MASKMOVQ, MASKMOVDQU. */
    public static boolean isMaskedStore(int code) {
        return (code & X87) == 0 && opcode(code) == 0xf7;
    }

    /** Whether it depends on the arithmetic flags: FCMOVcc. */
    public static boolean readsFlags(int code) {
        return (code & (X87 | MEMORY)) == X87
                && (opcode(code) == 2 || opcode(code) == 3)
                && (immediate(code) >> 3 & 7) < 4;
    }

    /** Whether it sets the arithmetic flags: COMISS and its kin, FCOMI and its kin. */
    public static boolean writesFlags(int code) {
        if ((code & X87) == 0) {
            return opcode(code) == 0x2e || opcode(code) == 0x2f;
        }
        int operation = immediate(code) >> 3 & 7;
        return !hasMemory(code) && (opcode(code) == 3 || opcode(code) == 7) && (operation == 5 || operation == 6);
    }

    /** The general register it writes, 0 to 15; -1 if none. */
    public static int writtenGeneral(int code) {
        if ((code & X87) != 0) {
            return opcode(code) == 7 && immediate(code) == 0xe0 ? 0 : -1;
        }
        return switch (opcode(code)) {
            case 0x2c, 0x2d -> prefix(code) >= 2 ? reg(code) : -1;
            case 0x50, 0xc5, 0xd7 -> reg(code);
            case 0x7e -> prefix(code) < 2 && !hasMemory(code) ? rm(code) : -1;
            default -> -1;
        };
    }

    static int immediate(int code) {
        return code & 0xff;
    }

    public static int opcode(int code) {
        return code >> 8 & 0xff;
    }

    public static int reg(int code) {
        return code >> 16 & 15;
    }

    public static int rm(int code) {
        return code >> 20 & 15;
    }

    static int prefix(int code) {
        return code >> 25 & 3;
    }
}
