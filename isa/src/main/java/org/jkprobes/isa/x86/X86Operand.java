package org.jkprobes.isa.x86;

/** An operand of an instruction, prefixes and mode taken into account. */
public sealed interface X86Operand {
    /** The size in bits; 0 for memory that is not read or written as one value ({@code lea}, {@code invlpg}, {@code fxsave}). */
    int bits();

    /** The files of registers. */
    enum Kind {
        /** 0 to 15: rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 … r15. */
        GPR,
        /** 0 to 5: es, cs, ss, ds, fs, gs. */
        SEG,
        CR,
        DR,
        /** The x87 stack; 0 is its top. */
        ST,
        MMX,
        /** Also ymm and zmm, by the size. */
        XMM,
        /** The mask registers of AVX-512. */
        MASK,
        /** The bounds registers of MPX. */
        BND,
        /** The test registers of the 386 and 486. */
        TR,
        /** The tiles of AMX. */
        TILE
    }

    /**
     * A register.
     *
     * @param highByte whether it is ah, ch, dh or bh; {@code number} is then that of rax, rcx, rdx or rbx
     */
    record Reg(Kind kind, int number, int bits, boolean highByte) implements X86Operand {}

    /**
     * Memory at {@code segment:(base + index * scale + displacement)}, the sum cut to the instruction's address size.
     *
     * @param segment the number of the segment register, defaults and overrides taken into account (0 es, 1 cs, 2 ss, 3 ds, 4 fs,
     *     5 gs)
     * @param base a general register, {@link #RIP}, or {@link #NONE}
     * @param index a general register or {@link #NONE}
     * @param scale 1, 2, 4 or 8
     * @param displacement sign-extended to 64 bits
     */
    record Mem(int segment, int base, int index, int scale, long displacement, int bits) implements X86Operand {
        /** No register. */
        public static final int NONE = -1;

        /** As a base: the address of the next instruction. */
        public static final int RIP = 16;

        /** Whether the address is relative to the instruction's own. */
        public boolean isRipRelative() {
            return base == RIP;
        }
    }

    /**
     * An immediate value.
     *
     * @param value sign-extended to 64 bits from the size it is encoded in
     * @param bits the size the instruction uses it at
     */
    record Imm(long value, int bits) implements X86Operand {}

    /**
     * A branch target, relative to the next instruction.
     *
     * @param bits the size of the instruction pointer it is cut to
     */
    record Rel(long displacement, int bits) implements X86Operand {}

    /**
     * An immediate far pointer.
     *
     * @param bits the size of the offset
     */
    record Far(int selector, long offset, int bits) implements X86Operand {}
}
