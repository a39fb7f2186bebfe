package org.jkprobes.machine.cpu.x86;

import static org.jkprobes.machine.cpu.x86.X86Slots.NEW_FLAGS;
import static org.jkprobes.machine.cpu.x86.X86Slots.RAX;
import static org.jkprobes.machine.cpu.x86.X86Slots.RDX;
import static org.jkprobes.machine.cpu.x86.X86Slots.T0;
import static org.jkprobes.machine.cpu.x86.X86Slots.T1;
import static org.jkprobes.machine.cpu.x86.X86Slots.T3;

import org.jkprobes.machine.engine.Op;

/** The integer instructions that are too long for micro-ops: {@link X86Helper} has their numbers. */
final class IntegerOperations {
    private final X86Cpu cpu;
    private final Shifts shifts = new Shifts();
    private final MultiplyDivide wide = new MultiplyDivide();

    IntegerOperations(X86Cpu cpu) {
        this.cpu = cpu;
    }

    void run(int helper, int parameter, long uop) {
        int d = Op.d(uop);
        long a = cpu.slot(Op.a(uop));
        switch (helper) {
            case X86Helper.BSF, X86Helper.BSR -> scan(helper, parameter & 0xff, parameter >>> 8, d, a);
            case X86Helper.MUL, X86Helper.IMUL -> multiply(helper == X86Helper.IMUL, parameter, a);
            case X86Helper.DIV, X86Helper.IDIV -> divide(helper == X86Helper.IDIV, parameter, a);
            default -> {
                shift(parameter & 0xff, parameter >>> 8, a);
                cpu.slot(d, shifts.result);
                cpu.slot(NEW_FLAGS, shifts.flags);
            }
        }
    }

    private void shift(int kind, int width, long a) {
        shifts.run(kind, width, a, cpu.slot(T3), (int) cpu.slot(T1), cpu.arithmeticFlags());
    }

    /** The arithmetic flags after a shift or a test of a bit, whose result was found otherwise. */
    int flagsAfter(int kind, int width) {
        long a = cpu.slot(T0);
        if (kind == X86Helper.BIT) {
            int carry = (int) (a >>> ((int) cpu.slot(T1) & width - 1)) & Flags.CF;
            return cpu.arithmeticFlags() & ~Flags.CF | carry;
        }
        shift(kind, width, a);
        return shifts.flags;
    }

    private void scan(int helper, int width, int register, int d, long a) {
        boolean zero = Flags.trim(width, a) == 0;
        if (zero) {
            cpu.slot(d, cpu.slot(register));
        } else {
            shifts.scan(helper, width, a);
            cpu.slot(d, shifts.result);
        }
        // The other flags are undefined.
        cpu.slot(NEW_FLAGS, cpu.arithmeticFlags() & ~Flags.ZF | (zero ? Flags.ZF : 0));
    }

    private void multiply(boolean signed, int width, long a) {
        wide.multiply(width, cpu.slot(RAX), a, signed);
        if (width == 8) {
            cpu.gpr(16, RAX, wide.low | wide.high << 8);
        } else {
            cpu.gpr(width, RAX, wide.low);
            cpu.gpr(width, RDX, wide.high);
        }
        cpu.arithmeticFlags(wide.flags);
    }

    private void divide(boolean signed, int width, long a) {
        long rax = cpu.slot(RAX);
        long high = width == 8 ? rax >>> 8 : cpu.slot(RDX);
        if (!wide.divide(width, high, rax, a, signed)) {
            cpu.fault(Vectors.DIVIDE);
        } else if (width == 8) {
            cpu.gpr(16, RAX, wide.low & 0xff | wide.high << 8);
        } else {
            cpu.gpr(width, RAX, wide.low);
            cpu.gpr(width, RDX, wide.high);
        }
    }
}
