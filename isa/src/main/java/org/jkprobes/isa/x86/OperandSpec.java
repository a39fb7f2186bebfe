package org.jkprobes.isa.x86;

import java.util.List;
import java.util.Map;

/**
 * An operand as the opcode maps name it: a letter for where it is found, a letter for its size, or a fixed register or number.
 *
 * @param kind where it is found: E (ModRM.rm, general register or memory), G (ModRM.reg, general), R (as E, register only), M (as E,
 *     memory only), I (immediate), S (immediate, sign-extended to the operand size), J (relative), A (far pointer), O (offset),
 *     Z (register in the opcode), X (ds:rsi), Y (es:rdi), s (segment register), C and D (control and debug registers), T (test register),
 *     P and Q (MMX in reg and rm), V and W (XMM in reg and rm), H (VEX.vvvv, XMM), B (VEX.vvvv, general), L (XMM in bits 7-4 of an
 *     immediate), k, K and q (mask in reg, rm, vvvv), n and N (bounds in reg and rm), t, U and v (tile in reg, rm, vvvv), t (st(i)), F (fixed)
 * @param size b, w, d, q, o (128), h (256), v (operand size), z (that, but 32 for 64), y (32 or 64), x (vector length), p (far pointer),
 *     s (pseudo-descriptor), t (80), a (address size), n (the natural size of the mode), or - (none)
 * @param fixed for F: the operand; else no matter
 */
record OperandSpec(char kind, char size, X86Operand fixed) {
    private static final X86Operand NO_MATTER = new X86Operand.Imm(0, 0);
    private static final String KINDS = "EGRMISJAOZXYsCDTPQVWHBLkKqnNUuvi";
    private static final Map<String, X86Operand> FIXED = Map.ofEntries(
            Map.entry("AL", gpr(0, 8)),
            Map.entry("CL", gpr(1, 8)),
            Map.entry("AX", gpr(0, 16)),
            Map.entry("DX", gpr(2, 16)),
            Map.entry("1", new X86Operand.Imm(1, 8)),
            Map.entry("ES", segment(0)),
            Map.entry("CS", segment(1)),
            Map.entry("SS", segment(2)),
            Map.entry("DS", segment(3)),
            Map.entry("FS", segment(4)),
            Map.entry("GS", segment(5)),
            Map.entry("ST", new X86Operand.Reg(X86Operand.Kind.ST, 0, 80, false)),
            Map.entry("XMM0", new X86Operand.Reg(X86Operand.Kind.XMM, 0, 128, false)));

    /** The one of shifts by one. */
    static final OperandSpec ONE = of("1");

    /** The count of shifts. */
    static final OperandSpec CL = of("CL");

    private static X86Operand gpr(int number, int bits) {
        return new X86Operand.Reg(X86Operand.Kind.GPR, number, bits, false);
    }

    private static X86Operand segment(int number) {
        return new X86Operand.Reg(X86Operand.Kind.SEG, number, 16, false);
    }

    static OperandSpec of(String text) {
        X86Operand fixed = FIXED.get(text);
        if (fixed != null) {
            return new OperandSpec('F', '-', fixed);
        }
        // The accumulator at the operand size: a register whose number is known.
        if (text.equals("rAX")) {
            return new OperandSpec('a', 'v', NO_MATTER);
        }
        char kind = text.charAt(0);
        if (text.equals("eAX")) {
            return new OperandSpec('a', 'z', NO_MATTER);
        }
        if (text.length() > 2 || KINDS.indexOf(kind) < 0) {
            throw new IllegalArgumentException("unknown operand " + text);
        }
        return new OperandSpec(kind, text.length() == 2 ? text.charAt(1) : '-', NO_MATTER);
    }

    static List<OperandSpec> list(String text) {
        return text.isEmpty()
                ? List.of()
                : List.of(text.split(",")).stream().map(OperandSpec::of).toList();
    }

    boolean isImmediate() {
        return "ISJAL".indexOf(kind) >= 0;
    }

    /** Whether it needs a ModRM byte. */
    boolean usesModRm() {
        return "EGRMsCDTPQVWkKnNUui".indexOf(kind) >= 0;
    }

    /** Whether its size is the operand size. */
    boolean isOperandSized() {
        return size == 'v' || size == 'z' || size == 'y';
    }

    /** Whether it makes the instruction one on bytes. */
    boolean isByte() {
        return !isImmediate() && size == 'b'
                || kind == 'F' && fixed instanceof X86Operand.Reg reg && reg.number() == 0 && reg.bits() == 8;
    }
}
