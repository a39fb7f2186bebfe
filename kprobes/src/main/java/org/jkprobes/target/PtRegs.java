package org.jkprobes.target;

import java.util.List;

/**
 * The registers of one vCPU at a trap: a live view, one instance per vCPU for ever, so that a hit allocates nothing. Valid only on the
 * thread that was handed it, and only until the call it was handed to returns. Indexes are those of the GDB layout of the
 * architecture; the port publishes them as constants (for MIPS: 0–31 general, 32 status, 33 lo, 34 hi, 35 badvaddr, 36 cause, 37 pc,
 * 38–69 f0–f31, 70 fcsr, 71 fir).
 *
 * <p>Handlers see architectural values only: nothing of a breakpoint, a slot or a step shows in them.
 */
public interface PtRegs {
    /** The vCPU, 0-based. */
    int cpu();

    /** Value of a register, zero-extended on a 32-bit target. @throws IndexOutOfBoundsException if there is no such register */
    long get(int index);

    /** Changes a register. Read-only registers (MIPS {@code $0}) stay as they are. The pc: as {@link #pc(long)}. */
    void set(int index, long value);

    /** Names by index: {@code zero, at, v0, …, pc, f0, …} in lower case without sigil. Constant. */
    List<String> names();

    /** The index of a name, or -1. Also accepts the number of a general register as {@code r4} where the architecture has it. */
    int index(String name);

    /** By name. @throws IllegalArgumentException if there is no such register */
    default long get(String name) {
        return get(checked(name));
    }

    /** By name. @throws IllegalArgumentException if there is no such register */
    default void set(String name, long value) {
        set(checked(name), value);
    }

    private int checked(String name) {
        int index = index(name);
        if (index < 0) {
            throw new IllegalArgumentException("no register " + name);
        }
        return index;
    }

    /** Address of the instruction that is executed next. */
    long pc();

    /** Goes on at {@code pc}, with no branch pending. */
    void pc(long pc);

    long stackPointer();

    /**
     * Whether the instruction at {@link #pc()} is in the delay slot of a branch that has been executed, taken or not. An exception
     * there has the address of the branch as its program counter, and the delay-slot bit. Always false without delay slots.
     */
    default boolean inDelaySlot() {
        return false;
    }

    /**
     * Where execution goes after the instruction at {@link #pc()} if {@link #inDelaySlot()}: the target of a taken branch, pc + 4 of one
     * not taken. Otherwise meaningless.
     */
    default long branchTarget() {
        return 0;
    }

    /**
     * Goes on in a delay slot: the next instruction is the one at {@code pc}, after it comes {@code target}.
     *
     * @throws UnsupportedOperationException on an architecture without delay slots
     */
    default void enterDelaySlot(long pc, long target) {
        throw new UnsupportedOperationException("this architecture has no delay slots");
    }

    /**
     * Goes on behind a delay slot that a branch-likely has nullified: at {@code next}, where {@link #pc()} is then, outside any delay
     * slot. A target on which passing the slot by takes time lets it pass.
     */
    default void skipDelaySlot(long slot, long next) {
        pc(next);
    }

    /**
     * Kprobes has done the work of the instruction at the probe point itself (it emulates branches), and the registers are where it has led:
     * the target counts one retired instruction, as if it had executed it.
     */
    default void retire() {}
}
