package org.jkprobes.arch;

import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Target;

/**
 * A port: how Kprobes is done on one architecture. Stateless; the verbs that concern one instruction are those of {@link
 * ProbedInstruction}. Methods that take registers run during hits and allocate nothing.
 */
public interface Arch {
    /** Whether this is the port for {@link Target#architecture()}. */
    boolean serves(String architecture);

    /** Bytes of an instruction slot. */
    int slotBytes();

    /**
     * Decodes the instruction at an address and makes all ready to step it; arms nothing.
     *
     * @param slots where a slot is taken from if one is needed
     * @throws Unprobeable if there is no instruction that can be stepped
     */
    ProbedInstruction prepare(Target target, long address, Slots slots) throws Unprobeable;

    /**
     * The n-th argument, 0-based, of the function whose first instruction is at the pc, of a register's width: in registers, then on the
     * stack. Zero-extended on a 32-bit target; 0 if its place on the stack is not mapped.
     */
    long argument(Target target, PtRegs regs, int n);

    /** Bytes above the stack pointer that hold arguments and what the function may overwrite of them. */
    int argumentAreaBytes();

    /** The return value, at a function's return. */
    long returnValue(PtRegs regs);

    /** Changes the return value, at a function's return. */
    void returnValue(PtRegs regs, long value);

    /** Where the function whose first instruction is at the pc returns to. */
    long returnAddress(Target target, PtRegs regs);

    /** The stack pointer after that return. */
    long returnStackPointer(PtRegs regs);

    /** What tells the current task from others; the same at a function's entry and at its return. */
    long task(PtRegs regs);

    /** Log2 of the bytes in which a kernel stack is aligned at least: two stack pointers in one such block are on one stack. */
    int stackShift();

    /**
     * A digest of the registers that a handler of {@link org.jkprobes.target.DieEvent#REFILL} leaves alone, the pc excluded: equal before it
     * and after it, and nearly certainly at no other time.
     */
    long context(PtRegs regs);
}
