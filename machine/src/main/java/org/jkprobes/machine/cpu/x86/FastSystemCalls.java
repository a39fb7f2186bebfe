package org.jkprobes.machine.cpu.x86;

/**
 * SYSCALL, SYSRET, SYSENTER, SYSEXIT and SWAPGS, as AMD has them: SYSENTER is not of long mode, and SYSRET to an address that is not
 * canonical faults at that address. (AMD64 APM vol. 3; SDM vol. 2.)
 */
final class FastSystemCalls {
    private final SystemState state;
    private final Fault fault;
    private final X86Registers registers;

    FastSystemCalls(SystemState state, Fault fault, X86Registers registers) {
        this.state = state;
        this.fault = fault;
        this.registers = registers;
    }

    boolean syscall(long nextRip) {
        if ((state.efer & Cr.EFER_SCE) == 0 || state.realMode()) {
            return fault.raise(Vectors.UNDEFINED);
        }
        int selector = (int) (state.star >>> 32) & 0xfffc;
        long flags = registers.rflags() & ~Flag.RF;
        registers.gpr(X86Registers.RCX, nextRip);
        if (state.longMode()) {
            registers.gpr(X86Registers.R11, flags | Flag.FIXED);
            boolean from64Bit = state.in64BitMode();
            enter(selector, Segment.LONG);
            registers.rip(from64Bit ? state.lstar : state.cstar);
            registers.rflags(flags & ~state.fmask);
        } else {
            enter(selector, Segment.BIG);
            registers.rip(state.star & 0xffffffffL);
            registers.rflags(flags & ~(Flag.IF | Flag.VM));
        }
        return true;
    }

    /** {@code wide}: the instruction's operand size is 64 bits. */
    boolean sysret(boolean wide) {
        if ((state.efer & Cr.EFER_SCE) == 0 || state.realMode()) {
            return fault.raise(Vectors.UNDEFINED);
        }
        if (state.cpl != 0) {
            return fault.raise(Vectors.PROTECTION);
        }
        int selector = (int) (state.star >>> 48) | 3;
        long target = registers.gpr(X86Registers.RCX);
        boolean fromLong = state.longMode();
        if (wide) {
            leave(selector + 16, selector + 8, Segment.LONG);
            registers.rip(target);
        } else {
            leave(selector, selector + 8, Segment.BIG);
            registers.rip(target & 0xffffffffL);
        }
        if (fromLong) {
            registers.rflags(registers.gpr(X86Registers.R11) & Flag.ALL & ~(Flag.RF | Flag.VM));
        } else {
            registers.rflags(registers.rflags() | Flag.IF);
        }
        return true;
    }

    boolean sysenter() {
        if (state.longMode()) {
            return fault.raise(Vectors.UNDEFINED);
        }
        if (state.realMode() || Segment.isNull((int) state.sysenterCs)) {
            return fault.raise(Vectors.PROTECTION);
        }
        enter((int) state.sysenterCs & 0xfffc, Segment.BIG);
        registers.gpr(X86Registers.RSP, state.sysenterEsp & 0xffffffffL);
        registers.rip(state.sysenterEip & 0xffffffffL);
        registers.rflags(registers.rflags() & ~(Flag.IF | Flag.VM | Flag.RF));
        return true;
    }

    boolean sysexit() {
        if (state.longMode()) {
            return fault.raise(Vectors.UNDEFINED);
        }
        if (state.realMode() || state.cpl != 0 || Segment.isNull((int) state.sysenterCs)) {
            return fault.raise(Vectors.PROTECTION);
        }
        int selector = (int) state.sysenterCs & 0xfffc | 3;
        leave(selector + 16, selector + 24, Segment.BIG);
        registers.gpr(X86Registers.RSP, registers.gpr(X86Registers.RCX) & 0xffffffffL);
        registers.rip(registers.gpr(X86Registers.RDX) & 0xffffffffL);
        return true;
    }

    /** SWAPGS where it is not allowed; where it is, {@link PrivilegedLifter} has it. */
    boolean swapGs() {
        return fault.raise(state.in64BitMode() ? Vectors.PROTECTION : Vectors.UNDEFINED);
    }

    /** Flat segments for privilege 0; the stack's is the one after the code's. */
    private void enter(int selector, int width) {
        flat(selector, selector + 8, width, 0);
    }

    private void leave(int code, int stack, int width) {
        flat(code, stack, width, 3);
    }

    private void flat(int code, int stack, int width, int level) {
        int dpl = level << 5;
        state.cpl = level;
        state.segment(Segment.SS).set(stack, 0, 0xffffffffL, Segment.FLAT_DATA | dpl);
        state.segment(Segment.CS).set(code, 0, 0xffffffffL, Segment.FLAT_CODE | width | dpl);
        state.publish();
    }
}
