package org.jkprobes.arch;

import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Target;

/**
 * A port: how Kprobes is done on one architecture. It remembers nothing that matters; the verbs that concern one instruction are those of {@link
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
     * As {@link #prepare}, after the guest has changed the instruction or bytes behind it. What it is about to change once more it may
     * have marked with a breakpoint instruction of its own, which is then stepped as such.
     *
     * @return {@code old} itself if it is as good as before
     */
    default ProbedInstruction changed(Target target, ProbedInstruction old, Slots slots) throws Unprobeable {
        return prepare(target, old.address(), slots);
    }

    /**
     * Bytes of what marks a function's entry for indirect branches (x86: {@code endbr}) and does nothing else: behind it, too, is the
     * function's entry. 0 if there is nothing of the kind at this address.
     */
    default int entryMarkerBytes(Target target, long function) {
        return 0;
    }

    /**
     * The n-th argument, 0-based, of the function whose first instruction is at the pc, of a register's width: in registers, then on the
     * stack. Zero-extended on a 32-bit target; 0 if its place on the stack is not mapped.
     */
    long argument(Target target, PtRegs regs, int n);

    /**
     * As {@link #argument}, of a function whose arguments are all on the stack where the convention has such functions (i386: {@code
     * asmlinkage}, and those with a variable number of arguments).
     */
    default long stackArgument(Target target, PtRegs regs, int n) {
        return argument(target, regs, n);
    }

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

    /**
     * What tells the current task from others, or the stack it is on from others; the same at a function's entry and at its return, and at
     * the end of the task.
     */
    long task(PtRegs regs);

    /** Log2 of the bytes in which a kernel stack is aligned at least: two stack pointers in one such block are on one stack. */
    int stackShift();

    /**
     * A digest of the registers that a handler of {@link org.jkprobes.target.DieEvent#REFILL} leaves alone, the pc excluded: equal before it
     * and after it, and nearly certainly at no other time.
     */
    long context(PtRegs regs);
}
