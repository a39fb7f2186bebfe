package org.jkprobes.isa;

/** One line of an opcode table of 32-bit instruction words. */
public interface WordPattern {
    /** The bits that are fixed. */
    int mask();

    /** Their values; zero outside {@link #mask()}. */
    int match();

    default boolean matches(int word) {
        return (word & mask()) == match();
    }
}
