package org.jkprobes.machine.engine;

/** Until when a translation of an address is good, unless the guest drops it before. */
public enum Lifetime {
    /** Until the address space changes. */
    LOCAL,
    /** In all address spaces. */
    GLOBAL,
    /** For ever: the guest cannot change it. */
    FIXED
}
