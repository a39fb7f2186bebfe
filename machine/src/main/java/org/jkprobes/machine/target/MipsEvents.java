package org.jkprobes.machine.target;

import org.jkprobes.machine.cpu.mips.MipsException;
import org.jkprobes.target.DieEvent;

/** The exceptions of a MIPS CPU. */
final class MipsEvents implements ExceptionEvents {
    @Override
    public DieEvent breakpoint() {
        return DieEvent.BREAK;
    }

    @Override
    public DieEvent event(int exception) {
        if (MipsException.isRefill(exception)) {
            return DieEvent.REFILL;
        }
        return switch (MipsException.code(exception)) {
            case MipsException.TLB_LOAD, MipsException.TLB_STORE, MipsException.TLB_MODIFIED -> DieEvent.PAGE_FAULT;
            case MipsException.SYSCALL, MipsException.BREAKPOINT, MipsException.TRAP -> DieEvent.TRAP;
            default -> DieEvent.GPF;
        };
    }

    @Override
    public int number(int exception) {
        return MipsException.code(exception);
    }
}
