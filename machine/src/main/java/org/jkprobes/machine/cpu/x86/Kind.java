package org.jkprobes.machine.cpu.x86;

/** How an event came about, which decides where it returns to and what is checked. (SDM vol. 3, 6.5 and 6.12.) */
enum Kind {
    /** The instruction has not happened. */
    FAULT,
    /** The instruction is done: single step, data breakpoints, INT1. */
    TRAP,
    /** INT n, INT3, INTO: the gate's privilege is checked. */
    SOFTWARE,
    /** Interrupts and NMIs. */
    EXTERNAL
}
