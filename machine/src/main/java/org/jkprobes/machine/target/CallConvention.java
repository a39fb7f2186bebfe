package org.jkprobes.machine.target;

import java.util.List;
import java.util.Optional;
import org.jkprobes.machine.cpu.PutAside;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Symbols;

/** How functions of the guest's kernel are called, and what a call on its way looks like. */
interface CallConvention {
    /**
     * A function of the kernel's that a call gets to when it has raised a fault without a fix-up.
     *
     * @param registers which of its arguments is the {@code struct pt_regs *}
     */
    record Dying(String name, int registers) {}

    /** What a call is made of on the stack. */
    interface Frame {
        /** Where the call returns to. */
        long returnAddress();

        /** The stack pointer when it has returned. */
        long stackPointer();

        /** Puts return address and arguments where they belong, and the pc at the function. */
        void enter(long function, long... arguments);

        /** Puts back what the call may have changed of its caller's. */
        void putBack();
    }

    /** The frame of a call of a function with so many arguments from where the registers are; empty if nothing can be called there. */
    Optional<Frame> frame(Symbols symbols, PtRegs regs, long function, int arguments);

    /** The same for functions that take all their arguments on the stack. */
    default CallConvention onStack() {
        return this;
    }

    /** Puts the CPU aside. */
    PutAside putAside();

    /** At a function's first instruction: returns a value from it at once. */
    void answer(long value);

    /** At a function's first instruction: where it was called. */
    long caller();

    /** Where a function has returned: its value. */
    long result();

    /** Where a fault without a fix-up ends. */
    List<Dying> dying();

    /** At the first instruction of a function: the pc in the registers that its n-th argument points to. */
    long exceptionPc(int argument);
}
