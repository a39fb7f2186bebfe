package org.jkprobes.isa.mips;

/** What an instruction does to memory. */
public enum Access {
    NONE,
    LOAD,
    STORE,
    /** An address is computed, and maybe translated, but no data moves: prefetch and cache maintenance. */
    TOUCH
}
