package org.jkprobes.isa.mips;

/** What an instruction does to the program counter. */
public enum Flow {
    /** The next instruction follows. */
    NONE,
    /** Conditional, relative to the delay slot; the slot always runs. {@code b} is one, too. */
    BRANCH,
    /** As {@link #BRANCH}, but the delay slot is nullified when the branch is not taken. */
    BRANCH_LIKELY,
    /** A conditional call ({@code bgezal}); it links whether taken or not. */
    BRANCH_LINK,
    /** A conditional call whose delay slot is nullified when it is not taken. */
    BRANCH_LINK_LIKELY,
    JUMP,
    JUMP_REGISTER,
    /** {@code jal}, {@code jalx}. */
    CALL,
    CALL_REGISTER,
    SYSCALL,
    /** {@code break} and {@code sdbbp}. */
    BREAK,
    /** A conditional trap, {@code teq} and its like. */
    TRAP,
    /** {@code eret}, {@code deret}: no delay slot. */
    EXCEPTION_RETURN;

    /** Whether the next instruction is executed before the jump takes effect. */
    public boolean hasDelaySlot() {
        return compareTo(BRANCH) >= 0 && compareTo(CALL_REGISTER) <= 0;
    }

    /** Whether the delay slot is nullified when the branch is not taken. */
    public boolean isLikely() {
        return this == BRANCH_LIKELY || this == BRANCH_LINK_LIKELY;
    }

    /** Whether the target is an offset from the delay slot. */
    public boolean isBranch() {
        return compareTo(BRANCH) >= 0 && compareTo(BRANCH_LINK_LIKELY) <= 0;
    }

    /** Whether the return address, that of the instruction behind the delay slot, is written to a register. */
    public boolean isCall() {
        return this == BRANCH_LINK || this == BRANCH_LINK_LIKELY || this == CALL || this == CALL_REGISTER;
    }

    /** Whether the target can be read off the instruction word. */
    public boolean hasTarget() {
        return isBranch() || this == JUMP || this == CALL;
    }

    /** Whether the instruction's purpose is an exception. */
    public boolean isTrap() {
        return this == SYSCALL || this == BREAK || this == TRAP;
    }
}
