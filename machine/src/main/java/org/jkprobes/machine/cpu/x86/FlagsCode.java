package org.jkprobes.machine.cpu.x86;

import static org.jkprobes.machine.engine.X64Assembler.RAX;
import static org.jkprobes.machine.engine.X64Assembler.RBX;
import static org.jkprobes.machine.engine.X64Assembler.RCX;
import static org.jkprobes.machine.engine.X64Assembler.RDX;

import org.jkprobes.machine.engine.HostCompute;
import org.jkprobes.machine.engine.Op;
import org.jkprobes.machine.engine.X64Assembler;

/** {@link Flags} as code for an x86-64 host: the image of the flags, the conditions of it, and the flags after shifts. */
final class FlagsCode implements HostCompute {
    private static final int OPERATIONS = (Flags.CARRY_APART + 1) * 4;
    private static final int OF_BIT = 11;
    private static final int OF_ABOVE_SF = 4;

    /** Where the code for a shift is, by {@link Flags#op}, from the routine's start: with the operand in RAX and the count in RCX. */
    private final int[] shifts = new int[OPERATIONS];

    @Override
    public long slots() {
        return 1L << X86Slots.CC_OP
                | 1L << X86Slots.CC_A
                | 1L << X86Slots.CC_B
                | 1L << X86Slots.CC_C
                | 1L << X86Slots.T0
                | 1L << X86Slots.T1;
    }

    // ---- the image ----

    /** RAX = {@link Flags#image} of the flags' slots. */
    @Override
    public void routine(X64Assembler out) {
        int start = out.size();
        load(out, RCX, X86Slots.CC_OP);
        load(out, RAX, X86Slots.CC_A);
        // No state that somebody restores leads out of the table.
        out.immediate(false, X64Assembler.CMP, RCX, OPERATIONS);
        int foreign = out.jumpIf(X64Assembler.ABOVE_EQUAL);
        int table = out.tableJump(RDX, RCX, OPERATIONS);
        for (int op = 0; op < OPERATIONS; op++) {
            out.tableEntry(table, op);
            operation(out, op, start);
        }
        out.land(foreign);
        image(out);
    }

    private static void load(X64Assembler out, int register, int slot) {
        out.load(true, register, RBX, 8 * slot);
    }

    private static void image(X64Assembler out) {
        out.immediate(false, X64Assembler.AND, RAX, Flags.ALL);
        out.ret();
    }

    private void operation(X64Assembler out, int op, int start) {
        int width = Flags.width(op);
        switch (Flags.kind(op)) {
            case Flags.ADD -> binary(out, width, X64Assembler.ADD, false);
            case Flags.ADC -> binary(out, width, X64Assembler.ADC, true);
            case Flags.SUB -> binary(out, width, X64Assembler.SUB, false);
            case Flags.SBB -> binary(out, width, X64Assembler.SBB, true);
            case Flags.LOGIC -> {
                out.narrow(width, X64Assembler.TEST, RAX, RAX);
                // AF is anything after it.
                taken(out, Flags.ALL & ~Flags.AF);
                out.ret();
            }
            case Flags.INC -> step(out, width, X64Assembler.ADD);
            case Flags.DEC -> step(out, width, X64Assembler.SUB);
            case Flags.SHL, Flags.SHR, Flags.SAR -> {
                load(out, RCX, X86Slots.CC_B);
                shifts[op] = out.size() - start;
                shift(out, Flags.kind(op), width);
            }
            case Flags.IMUL -> product(out, width);
            default -> image(out);
        }
    }

    /** RAX = some of the host's flags. */
    private static void taken(X64Assembler out, int flags) {
        out.pushFlags();
        out.pop(RAX);
        out.immediate(false, X64Assembler.AND, RAX, flags);
    }

    private static void binary(X64Assembler out, int width, int opcode, boolean carry) {
        load(out, RDX, X86Slots.CC_B);
        if (carry) {
            load(out, RCX, X86Slots.CC_C);
            out.testBit(RCX, 0);
        }
        out.narrow(width, opcode, RAX, RDX);
        taken(out, Flags.ALL);
        out.ret();
    }

    private static void step(X64Assembler out, int width, int opcode) {
        out.constant(RDX, 1);
        out.narrow(width, opcode, RAX, RDX);
        taken(out, Flags.ALL & ~Flags.CF);
        load(out, RDX, X86Slots.CC_C);
        out.op(false, X64Assembler.OR, RAX, RDX);
        out.ret();
    }

    /** Of counts other than 1 OF is what it is in {@link Flags}, not what the host makes of it. */
    private static void shift(X64Assembler out, int kind, int width) {
        out.extend(width, kind == Flags.SAR, RAX);
        switch (kind) {
            case Flags.SHL -> {
                out.shift(true, X64Assembler.SHL, RAX);
                if (width < 64) {
                    out.testBit(RAX, width);
                }
                out.setByte(X64Assembler.BELOW, RDX);
            }
            case Flags.SHR -> {
                out.testBit(RAX, width - 1);
                out.setHighByte(X64Assembler.BELOW, RDX);
                out.shift(true, X64Assembler.SHR, RAX);
                out.setByte(X64Assembler.BELOW, RDX);
            }
            default -> {
                out.constant(RDX, 0);
                out.shift(true, X64Assembler.SAR, RAX);
                out.setByte(X64Assembler.BELOW, RDX);
            }
        }
        out.narrow(width, X64Assembler.TEST, RAX, RAX);
        taken(out, Flags.ZF | Flags.SF | Flags.PF);
        out.highByte(RCX, RDX);
        out.extend(8, false, RDX);
        out.op(false, X64Assembler.OR, RAX, RDX);
        if (kind == Flags.SHL) {
            // OF: CF and SF differ.
            out.move(false, RCX, RAX);
            out.shift(false, X64Assembler.SHR, RCX, 7);
            out.op(false, X64Assembler.XOR, RCX, RDX);
            out.immediate(false, X64Assembler.AND, RCX, 1);
        }
        overflow(out, RCX);
        out.ret();
    }

    /** OF, in RAX, is a register's value, 0 or 1. */
    private static void overflow(X64Assembler out, int register) {
        out.shift(false, X64Assembler.SHL, register, OF_BIT);
        out.op(false, X64Assembler.OR, RAX, register);
    }

    private static void product(X64Assembler out, int width) {
        load(out, RCX, X86Slots.CC_B);
        if (width == 64) {
            out.multiply(true, RAX, RCX);
            out.set(X64Assembler.OVERFLOW, RDX);
        } else {
            out.extend(width, true, RAX);
            out.extend(width, true, RCX);
            out.multiply(true, RAX, RCX);
            out.move(true, RCX, RAX);
            out.extend(width, true, RCX);
            out.op(true, X64Assembler.CMP, RCX, RAX);
            out.set(X64Assembler.NOT_EQUAL, RDX);
        }
        out.narrow(width, X64Assembler.TEST, RAX, RAX);
        taken(out, Flags.ZF | Flags.SF | Flags.PF);
        out.op(false, X64Assembler.OR, RAX, RDX);
        overflow(out, RDX);
        out.ret();
    }

    // ---- micro-ops ----

    @Override
    public boolean emit(long uop, X64Assembler out, int routine) {
        int what = Op.b(uop);
        int kind = what & 0xff;
        if (what <= X86Helper.FLAGS) {
            out.call(routine);
            if (what < X86Helper.FLAGS) {
                condition(out, what);
            }
            return true;
        }
        int width = what >>> X86Helper.SHIFT;
        switch (kind) {
            case X86Helper.SHL -> shifted(out, Flags.op(Flags.SHL, width), width, routine);
            case X86Helper.SHR -> shifted(out, Flags.op(Flags.SHR, width), width, routine);
            case X86Helper.SAR -> shifted(out, Flags.op(Flags.SAR, width), width, routine);
            case X86Helper.ROL, X86Helper.ROR -> {
                if (width < 32) {
                    return false;
                }
                rotated(out, kind == X86Helper.ROL, width, routine);
            }
            case X86Helper.BIT -> {
                if (width < 16) {
                    return false;
                }
                out.call(routine);
                load(out, RCX, X86Slots.T1);
                load(out, RDX, X86Slots.T0);
                out.testBit(width, RDX, RCX);
                out.set(X64Assembler.BELOW, RCX);
                out.immediate(false, X64Assembler.AND, RAX, ~Flags.CF);
                out.op(false, X64Assembler.OR, RAX, RCX);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** From the image in RAX to {@link Flags#holds}. */
    private static void condition(X64Assembler out, int condition) {
        int tested = switch (condition >> 1) {
            case 0 -> Flags.OF;
            case 1 -> Flags.CF;
            case 2 -> Flags.ZF;
            case 3 -> Flags.CF | Flags.ZF;
            case 4, 6 -> Flags.SF;
            case 5 -> Flags.PF;
            default -> Flags.SF | Flags.ZF;
        };
        if (condition >= 12) {
            // SF becomes: SF and OF differ. ZF's bit is kept.
            out.move(false, RCX, RAX);
            out.shift(false, X64Assembler.SHR, RCX, OF_ABOVE_SF);
            out.immediate(false, X64Assembler.AND, RCX, Flags.SF);
            out.op(false, X64Assembler.XOR, RAX, RCX);
        }
        out.immediate(false, X64Assembler.AND, RAX, tested);
        out.set((condition & 1) == 0 ? X64Assembler.NOT_EQUAL : X64Assembler.EQUAL, RAX);
    }

    /** RCX = the count in T1; jumps if there is nothing to be shifted, for which the flags stay as they are. */
    private static int count(X64Assembler out, int width) {
        load(out, RCX, X86Slots.T1);
        out.immediate(false, X64Assembler.AND, RCX, width == 64 ? 63 : 31);
        return out.jumpIf(X64Assembler.EQUAL);
    }

    private void shifted(X64Assembler out, int op, int width, int routine) {
        int nothing = count(out, width);
        load(out, RAX, X86Slots.T0);
        out.call(routine + shifts[op]);
        int done = out.jump();
        out.land(nothing);
        out.call(routine);
        out.land(done);
    }

    private static void rotated(X64Assembler out, boolean left, int width, int routine) {
        boolean wide = width == 64;
        out.call(routine);
        int nothing = count(out, width);
        load(out, RDX, X86Slots.T0);
        out.shift(wide, left ? X64Assembler.ROL : X64Assembler.ROR, RDX);
        out.immediate(false, X64Assembler.AND, RAX, ~(Flags.CF | Flags.OF));
        if (left) {
            // CF is the lowest bit, OF says that the highest is another.
            out.move(false, RCX, RDX);
            out.immediate(false, X64Assembler.AND, RCX, 1);
            out.shift(wide, X64Assembler.SHR, RDX, width - 1);
        } else {
            // CF is the highest bit, OF says that the next is another.
            out.shift(wide, X64Assembler.SHR, RDX, width - 2);
            out.move(false, RCX, RDX);
            out.shift(false, X64Assembler.SHR, RCX, 1);
            out.immediate(false, X64Assembler.AND, RDX, 1);
        }
        out.op(false, X64Assembler.OR, RAX, RCX);
        out.op(false, X64Assembler.XOR, RDX, RCX);
        overflow(out, RDX);
        out.land(nothing);
    }
}
