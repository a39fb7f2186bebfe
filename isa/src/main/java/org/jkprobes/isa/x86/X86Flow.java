package org.jkprobes.isa.x86;

/** Where control goes after an instruction. */
public enum X86Flow {
    /** To the next instruction. */
    NEXT,
    /** To a relative target, or to the next instruction: {@code jcc}, {@code jcxz}, {@code loop}. */
    BRANCH,
    /** To a relative target. */
    JUMP,
    /** To a relative target, the address of the next instruction pushed. */
    CALL,
    /** To the address popped. */
    RETURN,
    /** To the address in a register or in memory. */
    INDIRECT_JUMP,
    /** To the address in a register or in memory, the address of the next instruction pushed. */
    INDIRECT_CALL,
    /** To a far pointer, immediate or in memory. */
    FAR_JUMP,
    /** To a far pointer, immediate or in memory, the far address of the next instruction pushed. */
    FAR_CALL,
    /** To the far address popped. */
    FAR_RETURN,
    /** To a handler of the interrupt table: {@code int}, {@code int3}, {@code into} (if OF is set), {@code int1}. */
    INTERRUPT,
    /** To what an interrupt frame says. */
    INTERRUPT_RETURN,
    /** Into the kernel: {@code syscall}, {@code sysenter}. */
    SYSTEM_CALL,
    /** Out of the kernel: {@code sysret}, {@code sysexit}, {@code rsm}. */
    SYSTEM_RETURN,
    /** To the next instruction once an interrupt has come. */
    HALT,
    /** Always to the invalid-opcode exception: {@code ud0}, {@code ud1}, {@code ud2}, and what is no instruction. */
    UNDEFINED
}
