package org.jkprobes.machine.target;

import java.util.Optional;
import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.machine.cpu.mips.MipsSlots;
import org.jkprobes.target.GuestCalls.AbortCause;
import org.jkprobes.target.GuestCalls.Aborted;
import org.jkprobes.target.GuestCalls.Outcome;
import org.jkprobes.target.GuestCalls.Returned;
import org.jkprobes.target.Memory;
import org.jspecify.annotations.Nullable;

/** One guest call on its way (o32). */
final class NestedCall {
    private static final int V0 = 2;
    private static final int A0 = 4;
    private static final int A1 = 5;
    private static final int T9 = 25;
    private static final int IN_REGISTERS = 4;
    /** In {@code struct pt_regs} of {@code arch/mips/include/asm/ptrace.h}, 32 bits. */
    private static final int EPC_IN_REGISTERS = 180;

    private final MipsCpu cpu;
    private final Memory memory;
    private final CallWatches watches;
    private final long stackPointer;
    private @Nullable Outcome outcome;

    NestedCall(MipsCpu cpu, Memory memory, CallWatches watches, long stackPointer) {
        this.cpu = cpu;
        this.memory = memory;
        this.watches = watches;
        this.stackPointer = stackPointer;
    }

    /** Sets the registers; arguments on the stack are the frame's. */
    void enter(long function, long... arguments) {
        for (int i = 0; i < Math.min(arguments.length, IN_REGISTERS); i++) {
            cpu.slot(A0 + i, arguments[i] & 0xffffffffL);
        }
        cpu.slot(T9, function & 0xffffffffL);
        cpu.slot(MipsSlots.SP, stackPointer);
        cpu.slot(MipsSlots.RA, watches.returning());
        cpu.jump(function);
    }

    /** How it has ended, if it has. */
    Optional<Outcome> outcome() {
        return Optional.ofNullable(outcome);
    }

    boolean watches(long pc) {
        return watches.has(pc);
    }

    /** The CPU is at a watched address; whether that means something for this call. */
    boolean reached() {
        long pc = cpu.pc();
        if (pc == watches.offering()) {
            // Preemption is held: the offer is turned down.
            cpu.slot(V0, 0);
            cpu.jump(cpu.slot(MipsSlots.RA));
            return true;
        }
        if (pc == watches.scheduling()) {
            return end(new Aborted(AbortCause.SLEPT, pc));
        }
        if (pc == watches.dying()) {
            // die(message, registers)
            return end(new Aborted(AbortCause.FAULT, exceptionPc()));
        }
        if (pc == watches.panicking()) {
            return end(new Aborted(AbortCause.FAULT, cpu.slot(MipsSlots.RA)));
        }
        if (watches.stopping().contains(pc)) {
            return end(new Aborted(AbortCause.STOPPED, cpu.slot(MipsSlots.RA)));
        }
        return cpu.slot(MipsSlots.SP) == stackPointer && end(new Returned(cpu.slot(V0)));
    }

    /** Of the registers that die() was given. */
    private long exceptionPc() {
        int epc = memory.readInt(cpu.slot(A1) + EPC_IN_REGISTERS, 0);
        return epc == 0 ? cpu.pc() : epc & 0xffffffffL;
    }

    private boolean end(Outcome how) {
        outcome = how;
        cpu.requestAttention();
        return true;
    }
}
