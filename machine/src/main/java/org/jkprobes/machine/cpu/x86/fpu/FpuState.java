package org.jkprobes.machine.cpu.x86.fpu;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Stateful;

/** The floating-point state beside the XMM registers, which lie in the register file: x87 and MXCSR. */
public final class FpuState implements Stateful {
    /** Bits of MXCSR that exist; the others must be zero. */
    public static final int MXCSR_MASK = 0xffff;

    private static final int INITIAL_MXCSR = 0x1f80;

    private final X87 x87 = new X87();
    int mxcsr = INITIAL_MXCSR;

    /** Arithmetic flags as in EFLAGS, in and out of instructions that read or write them. */
    int flags;

    public X87 x87() {
        return x87;
    }

    public int mxcsr() {
        return mxcsr;
    }

    /** Sets MXCSR; reserved bits are dropped. */
    public void mxcsr(int value) {
        mxcsr = value & MXCSR_MASK;
    }

    /** CF, PF, AF, ZF, SF and OF at their places in EFLAGS, after an instruction that writes them. */
    public int flags() {
        return flags;
    }

    /** Gives the flags to an instruction that reads them. */
    public void flags(int eflags) {
        flags = eflags;
    }

    /** As after a reset of the CPU. */
    public void reset() {
        x87.reset();
        mxcsr = INITIAL_MXCSR;
    }

    @Override
    public void save(StateOutput out) {
        x87.save(out);
        out.putInt(mxcsr);
    }

    @Override
    public void restore(StateInput in) {
        x87.restore(in);
        mxcsr(in.getInt());
    }
}
