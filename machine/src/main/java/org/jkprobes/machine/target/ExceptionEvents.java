package org.jkprobes.machine.target;

import org.jkprobes.target.DieEvent;

/** How an architecture's exceptions are announced to the die chain. */
interface ExceptionEvents {
    /** What a breakpoint instruction is. */
    DieEvent breakpoint();

    /** What an exception is, as {@link org.jkprobes.machine.cpu.TrapHook} is told of it. */
    DieEvent event(int exception);

    /** Its {@code trapnr}. */
    int number(int exception);
}
