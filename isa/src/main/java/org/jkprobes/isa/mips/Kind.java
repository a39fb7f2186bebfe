package org.jkprobes.isa.mips;

/** How an operand field is written in GNU syntax. */
enum Kind {
    GPR,
    /** Signed decimal. */
    DEC,
    /** Unsigned decimal. */
    UDEC,
    HEX,
    /** Hexadecimal, the field holding one less. */
    HEX_PLUS_1,
    /** The size operand of {@code ins}; the field holds the top bit. */
    INSERT_SIZE,
    /** A branch offset in words from the delay slot. */
    BRANCH,
    /** A jump index in words inside the delay slot's 256 MiB. */
    JUMP,
    /** As {@link #JUMP}, to code of the other instruction mode: bit 0 is set. */
    JUMP_EXCHANGE,
    /** The destination of {@code clz} and {@code clo}, which is encoded twice. */
    TWICE,
    /** {@code $4} with {@code $f}, {@code $w} ... before the number. */
    NUMBERED,
    /** A register with a name of its own, or {@code $4}. */
    NAMED,
    /** A coprocessor 0 register with its select field. */
    COP0,
    /** Text that stands for no field. */
    LITERAL
}
