package org.jkprobes.machine.target;

import org.jkprobes.machine.cpu.x86.X86Exception;
import org.jkprobes.target.DieEvent;

/** The exceptions of an x86 CPU; {@code trapnr} is the vector. */
final class X86Events implements ExceptionEvents {
    @Override
    public DieEvent breakpoint() {
        return DieEvent.INT3;
    }

    @Override
    public DieEvent event(int exception) {
        return switch (X86Exception.vector(exception)) {
            case X86Exception.PAGE_FAULT -> DieEvent.PAGE_FAULT;
            case X86Exception.DEBUG -> DieEvent.DEBUG;
            case X86Exception.BREAKPOINT -> DieEvent.TRAP;
            default -> DieEvent.GPF;
        };
    }

    @Override
    public int number(int exception) {
        return X86Exception.vector(exception);
    }
}
