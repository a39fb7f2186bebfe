package org.jkprobes.machine.cpu.x86;

import static org.jkprobes.machine.cpu.x86.X86Slots.CC_A;
import static org.jkprobes.machine.cpu.x86.X86Slots.CC_B;
import static org.jkprobes.machine.cpu.x86.X86Slots.CC_B_BIT;
import static org.jkprobes.machine.cpu.x86.X86Slots.CC_C;
import static org.jkprobes.machine.cpu.x86.X86Slots.CC_C_BIT;
import static org.jkprobes.machine.cpu.x86.X86Slots.CC_OP;
import static org.jkprobes.machine.cpu.x86.X86Slots.NEW_FLAGS;
import static org.jkprobes.machine.cpu.x86.X86Slots.T3;
import static org.jkprobes.machine.cpu.x86.X86Slots.ZERO;

import org.jkprobes.machine.engine.BlockBuilder;
import org.jkprobes.machine.engine.Op;
import org.jspecify.annotations.Nullable;

/** Emits micro-ops with a width, and keeps track of what the flags were last set by, so that most conditions are one comparison. */
final class X86Emitter {
    private static final int UNKNOWN = -1;

    private BlockBuilder out = new BlockBuilder();
    /** {@link Flags#op} of the last instruction that set flags in this block. */
    private int flags;
    /** What the last before this block was, as far as one can guess; 0 if nobody guesses. */
    private int before;

    /** {@code before}: {@link Flags#op} of the last instruction before this block, if it was that of today. */
    void begin(BlockBuilder into, int before) {
        out = into;
        flags = UNKNOWN;
        this.before = before;
    }

    // ---- by width; operands of 8 and 16 bits are held sign-extended to 32 ----

    void binary(int width, int op32, int op64, int d, int a, int b) {
        out.slots(width == 64 ? op64 : op32, d, a, b);
    }

    void add(int width, int d, int a, int b) {
        binary(width, Op.ADD, Op.ADD64, d, a, b);
    }

    void sub(int width, int d, int a, int b) {
        binary(width, Op.SUB, Op.SUB64, d, a, b);
    }

    void addImmediate(int width, int d, int a, int imm) {
        out.immediate(width == 64 ? Op.ADDI64 : Op.ADDI, d, a, imm);
    }

    void move(int width, int d, int a) {
        out.slots(width == 64 ? Op.MOV64 : Op.MOV, d, a, 0);
    }

    /** d = a, all 64 bits. */
    void copy(int d, int a) {
        out.slots(Op.MOV64, d, a, 0);
    }

    void constant(int d, long value) {
        if (value == (int) value) {
            out.immediate(Op.CONST64, d, ZERO, (int) value);
        } else {
            out.immediate(Op.CONST, d, ZERO, (int) value);
            if (value >>> 32 != 0) {
                out.immediate(Op.CONST_HIGH, d, ZERO, (int) (value >>> 32));
            }
        }
    }

    /** Sign-extends the low bits of a value; 32 and 64 bits stay as they are. */
    void narrow(int width, int d, int a) {
        if (width < 32) {
            out.immediate(Op.SEXT_FIELD, d, a, width << 8);
        } else if (d != a) {
            copy(d, a);
        }
    }

    void helper(int code, int parameter, int d, int a) {
        out.immediate(Op.HELPER, d, a, code | parameter << X86Helper.SHIFT);
    }

    /** d = condition 0 to 15, or {@link X86Helper#FLAGS}: computed from the flags' slots. */
    void compute(int what, int d) {
        boolean guess = flags == UNKNOWN && what < X86Helper.FLAGS;
        out.immediate(Op.COMPUTE, d, CC_OP, what, guess ? before : 0);
    }

    void compute(int what, int parameter, int d) {
        out.immediate(Op.COMPUTE, d, ZERO, what | parameter << X86Helper.SHIFT);
    }

    // ---- flags ----

    /** Flags of an operation on two slots. */
    void flags(int kind, int width, int a, int b) {
        record(kind, width, a, b, CC_C_BIT);
    }

    private void record(int kind, int width, int a, int b, int meaningless) {
        flags = Flags.op(kind, width);
        out.slots(Op.RECORD, CC_OP, a, b, flags);
        out.forget(meaningless);
    }

    void flagsWithImmediate(int kind, int width, int a, int b) {
        flags = Flags.op(kind, width);
        out.immediate(Op.RECORDI, CC_OP, a, b, flags);
        out.forget(CC_C_BIT);
    }

    void flagsOfResult(int width, int result) {
        record(Flags.LOGIC, width, result, ZERO, CC_B_BIT | CC_C_BIT);
    }

    /** Flags of an operation with the carry in slot {@code carry}. */
    void flagsWithCarry(int kind, int width, int a, int b, int carry) {
        copy(CC_C, carry);
        record(kind, width, a, b, 0);
    }

    /** Flags of INC and DEC, which keep the carry. */
    void flagsButCarry(int kind, int width, int a, int carry) {
        copy(CC_C, carry);
        record(kind, width, a, ZERO, CC_B_BIT);
    }

    /** Flags that a helper has put into {@link X86Slots#NEW_FLAGS}. */
    void newFlags() {
        record(Flags.IMAGE, 0, NEW_FLAGS, ZERO, CC_B_BIT | CC_C_BIT);
    }

    /** The same; of them CF is in a slot of its own, too. */
    void newFlags(int carry) {
        record(Flags.CARRY_APART, 0, NEW_FLAGS, carry, CC_C_BIT);
    }

    /** A helper has set the flags' slots itself. */
    void flagsUnknown() {
        flags = UNKNOWN;
        before = 0;
    }

    // ---- conditions ----

    /** Puts a condition, 0 or 1, into d. */
    void condition(int condition, int d) {
        Test test = test(condition);
        if (test == null) {
            compute(condition, d);
            return;
        }
        boolean wide = test.wide;
        switch (test.branch) {
            case Op.BEQ -> out.slots(wide ? Op.SETEQ64 : Op.SETEQ, d, test.a, test.b);
            case Op.BNE -> out.slots(wide ? Op.SETNE64 : Op.SETNE, d, test.a, test.b);
            case Op.BLT -> out.slots(wide ? Op.SETLT64 : Op.SETLT, d, test.a, test.b);
            case Op.BLTU -> out.slots(wide ? Op.SETLTU64 : Op.SETLTU, d, test.a, test.b);
            case Op.BGE -> {
                out.slots(wide ? Op.SETLT64 : Op.SETLT, d, test.a, test.b);
                out.immediate(Op.XORI, d, d, 1);
            }
            default -> {
                out.slots(wide ? Op.SETLTU64 : Op.SETLTU, d, test.a, test.b);
                out.immediate(Op.XORI, d, d, 1);
            }
        }
    }

    /** Ends the block: exit 1 if a condition holds, else exit 0. */
    void branch(int condition) {
        Test test = test(condition);
        if (test == null) {
            compute(condition, T3);
            out.slots(Op.BNE, ZERO, T3, ZERO);
            return;
        }
        int branch = test.wide ? test.branch - Op.BEQ + Op.BEQ64 : test.branch;
        out.slots(branch, ZERO, test.a, test.b);
    }

    /** A comparison that stands for a condition. */
    private record Test(int branch, int a, int b, boolean wide) {}

    private @Nullable Test test(int condition) {
        if (flags == UNKNOWN) {
            return null;
        }
        int width = Flags.width(flags);
        return switch (Flags.kind(flags)) {
            case Flags.SUB -> difference(condition, width);
            case Flags.LOGIC -> result(condition, CC_A, width == 64);
            case Flags.ADD -> sum(condition, width);
            case Flags.INC -> stepped(condition, width, 1);
            case Flags.DEC -> stepped(condition, width, -1);
            case Flags.CARRY_APART -> carry(condition);
            default -> null;
        };
    }

    private static @Nullable Test carry(int condition) {
        return switch (condition) {
            case 2 -> new Test(Op.BNE, CC_B, ZERO, false);
            case 3 -> new Test(Op.BEQ, CC_B, ZERO, false);
            default -> null;
        };
    }

    private @Nullable Test difference(int condition, int width) {
        boolean wide = width == 64;
        return switch (condition) {
            case 2 -> new Test(Op.BLTU, CC_A, CC_B, wide);
            case 3 -> new Test(Op.BGEU, CC_A, CC_B, wide);
            case 4 -> new Test(Op.BEQ, CC_A, CC_B, wide);
            case 5 -> new Test(Op.BNE, CC_A, CC_B, wide);
            case 6 -> new Test(Op.BGEU, CC_B, CC_A, wide);
            case 7 -> new Test(Op.BLTU, CC_B, CC_A, wide);
            case 8, 9 -> {
                sub(width, T3, CC_A, CC_B);
                narrow(width, T3, T3);
                yield result(condition, T3, wide);
            }
            case 12 -> new Test(Op.BLT, CC_A, CC_B, wide);
            case 13 -> new Test(Op.BGE, CC_A, CC_B, wide);
            case 14 -> new Test(Op.BGE, CC_B, CC_A, wide);
            case 15 -> new Test(Op.BLT, CC_B, CC_A, wide);
            default -> null;
        };
    }

    /** Conditions of a result whose CF and OF are 0. */
    private static @Nullable Test result(int condition, int slot, boolean wide) {
        return switch (condition) {
            case 0, 2 -> new Test(Op.BNE, ZERO, ZERO, false);
            case 1, 3 -> new Test(Op.BEQ, ZERO, ZERO, false);
            case 4, 6 -> new Test(Op.BEQ, slot, ZERO, wide);
            case 5, 7 -> new Test(Op.BNE, slot, ZERO, wide);
            case 8, 12 -> new Test(Op.BLT, slot, ZERO, wide);
            case 9, 13 -> new Test(Op.BGE, slot, ZERO, wide);
            case 14 -> new Test(Op.BGE, ZERO, slot, wide);
            case 15 -> new Test(Op.BLT, ZERO, slot, wide);
            default -> null;
        };
    }

    private @Nullable Test sum(int condition, int width) {
        boolean carry = condition == 2 || condition == 3;
        boolean result = condition == 4 || condition == 5 || condition == 8 || condition == 9;
        if (!result && (!carry || width < 32)) {
            return null;
        }
        add(width, T3, CC_A, CC_B);
        if (carry) {
            return new Test(condition == 2 ? Op.BLTU : Op.BGEU, T3, CC_A, width == 64);
        }
        narrow(width, T3, T3);
        return result(condition, T3, width == 64);
    }

    private @Nullable Test stepped(int condition, int width, int by) {
        if (condition != 4 && condition != 5 && condition != 8 && condition != 9) {
            return null;
        }
        addImmediate(width, T3, CC_A, by);
        narrow(width, T3, T3);
        return result(condition, T3, width == 64);
    }
}
