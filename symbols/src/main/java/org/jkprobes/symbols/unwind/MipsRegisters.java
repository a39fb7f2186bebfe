package org.jkprobes.symbols.unwind;

import org.jkprobes.target.PtRegs;

/**
 * What is known of the registers in a frame of a MIPS32 guest. Immutable. Values are zero-extended.
 *
 * <p>The more is known of the innermost frame the more can be unwound: the pc and register 29 (sp) are
 * always needed, 31 (ra) for functions that have not saved it, 16 to 23 and 30 (s0 to s8) to pass the
 * switch to an interrupt stack, EPC in the first instructions of an exception handler.
 */
public final class MipsRegisters {
    static final int AT = 1;
    static final int GP = 28;
    static final int SP = 29;
    static final int RA = 31;
    /** CP0 EPC, kept like a general register. */
    static final int EPC = 32;

    static final int COUNT = 33;
    private static final int S_REGISTERS = 0x40ff_0000;
    private static final long KEPT_BY_CALLS = S_REGISTERS | 1L << GP | 1L << SP;

    private final long pc;
    private final boolean inDelaySlot;
    private final long known;
    private final long[] values;

    private MipsRegisters(long pc, boolean inDelaySlot, long known, long[] values) {
        this.pc = pc & 0xffff_ffffL;
        this.inDelaySlot = inDelaySlot;
        this.known = known;
        this.values = values;
    }

    /** A pc of which nothing else is known yet. */
    public static MipsRegisters at(long pc) {
        return new MipsRegisters(pc, false, 1, new long[COUNT]);
    }

    /** Those of a vCPU at a trap; CP0 EPC is not among them. */
    public static MipsRegisters of(PtRegs regs) {
        MipsRegisters registers = at(regs.pc());
        for (int register = 1; register < 32; register++) {
            registers = registers.with(register, regs.get(register));
        }
        return regs.inDelaySlot() ? registers.inDelaySlot() : registers;
    }

    /** The least that is useful. */
    public static MipsRegisters at(long pc, long stackPointer, long returnAddress) {
        return at(pc).with(SP, stackPointer).with(RA, returnAddress);
    }

    /** With the value of a general register, 0 to 31; $0 stays 0. */
    public MipsRegisters with(int register, long value) {
        if (register == 0) {
            return this;
        }
        long[] changed = values.clone();
        changed[register] = value & 0xffff_ffffL;
        return new MipsRegisters(pc, inDelaySlot, known | 1L << register, changed);
    }

    /** With the value of CP0 EPC; it matters only while Status.EXL is set. */
    public MipsRegisters withEpc(long value) {
        return with(EPC, value);
    }

    /** At the same pc, in the delay slot of a branch that has been executed. */
    public MipsRegisters inDelaySlot() {
        return new MipsRegisters(pc, true, known, values);
    }

    public long pc() {
        return pc;
    }

    /** Where what remains to be done begins: running a branch again before its delay slot changes nothing. */
    long resumeAt() {
        return inDelaySlot ? pc - 4 : pc;
    }

    boolean isKnown(int register) {
        return (known >>> register & 1) != 0;
    }

    long get(int register) {
        return values[register];
    }

    /** With one register not known. */
    MipsRegisters without(int register) {
        return new MipsRegisters(pc, inDelaySlot, known & ~(1L << register), values);
    }

    /** The same registers with another pc. */
    MipsRegisters movedTo(long newPc) {
        return new MipsRegisters(newPc, false, known, values);
    }

    /** Only what a called function leaves to its caller as it was. */
    MipsRegisters keptByCalls() {
        return new MipsRegisters(pc, inDelaySlot, known & (KEPT_BY_CALLS | 1), values);
    }
}
