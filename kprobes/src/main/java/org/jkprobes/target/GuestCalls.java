package org.jkprobes.target;

/** Calls guest kernel functions on the interrupted vCPU, from inside a handler. */
public interface GuestCalls {
    /** How a call ended. */
    sealed interface Outcome {}

    /**
     * The function returned.
     *
     * @param value its return value, by the architecture's C convention
     */
    record Returned(long value) implements Outcome {}

    /**
     * The function did not return and was given up: registers and stack pointer are restored, what it had written to memory remains.
     *
     * @param pc where it was
     */
    record Aborted(AbortCause cause, long pc) implements Outcome {}

    /** Why a call was given up. */
    enum AbortCause {
        /** It used up its instruction budget (it waits for a lock, or loops). */
        BUDGET,
        /** It raised a fault for which the guest has no fix-up. */
        FAULT,
        /** It waited for an interrupt, or gave the vCPU to another task. */
        SLEPT,
        /** The machine was stopped: power-off, reset, or the host asked for it. */
        STOPPED,
        /** Calls are nested too deeply. */
        DEPTH
    }

    /**
     * Runs {@code function} with interrupts held, below the interrupted stack pointer, until it returns; then restores all registers
     * of the vCPU. Breakpoints inside it are announced to the chain as ever. Guest clocks stand still.
     *
     * @param regs the interrupted registers; as they were when this returns
     * @param budget instructions at most
     * @param arguments by the architecture's C convention, also those on the stack
     */
    Outcome call(PtRegs regs, long function, long budget, long... arguments);

    /**
     * As {@link #call}, of a function that takes all its arguments on the stack where the convention has such functions (i386: {@code
     * asmlinkage}, and those with a variable number of arguments).
     */
    default Outcome callOnStack(PtRegs regs, long function, long budget, long... arguments) {
        return call(regs, function, budget, arguments);
    }
}
