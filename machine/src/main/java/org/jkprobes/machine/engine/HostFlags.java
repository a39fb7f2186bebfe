package org.jkprobes.machine.engine;

/**
 * An operation that sets the flags of an x86-64 host as a guest's operation on the same operands sets the guest's. {@code a} and {@code b} are
 * the slots behind the one that a {@link Op#COMPUTE} names.
 */
public enum HostFlags {
    /** None does, or none is known. */
    NONE,
    /** a - b. */
    COMPARE,
    COMPARE64,
    /** a & a. */
    TEST,
    TEST64,
    /** a + b. */
    ADD,
    ADD64;

    boolean wide() {
        return this == COMPARE64 || this == TEST64 || this == ADD64;
    }
}
