package org.jkprobes.machine.cpu.x86;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.device.X86Interrupts;

/** Interrupts and NMIs on their way in, and the shadow of STI and of loads of SS, which holds them off. */
final class InterruptPins {
    private final SystemState state;
    private final X86Interrupts interrupts;
    private boolean nmi;
    /** Until when, in virtual ns, {@link SystemState#interruptShadow} holds. */
    private long shadowUntil = -1;

    InterruptPins(SystemState state, X86Interrupts interrupts) {
        this.state = state;
        this.interrupts = interrupts;
    }

    void nmi() {
        nmi = true;
    }

    private boolean nmiDue() {
        return nmi && !state.nmiBlocked;
    }

    /** Whether an interrupt waits for EFLAGS.IF. */
    boolean waits() {
        return interrupts.pending();
    }

    /** Whether one is to be delivered, shadows aside. */
    boolean due(boolean waits) {
        return nmiDue() || waits && state.flag(Flag.IF);
    }

    /** The instruction that is done at a virtual time holds interrupts off until the next is done. */
    void shadow(long now) {
        state.interruptShadow = true;
        shadowUntil = now;
    }

    boolean shadowed(long now) {
        return state.interruptShadow && now == shadowUntil;
    }

    /** What of it a guest call may change: the shadow. */
    long shadowUntil() {
        return state.interruptShadow ? shadowUntil : -1;
    }

    void shadowUntil(long until) {
        shadowUntil = until;
        state.interruptShadow = until >= 0;
    }

    /** The vector of what is due; or {@link X86Interrupts#NOTHING} if it has gone. */
    int take() {
        if (nmiDue()) {
            nmi = false;
            return Vectors.NMI;
        }
        return interrupts.acknowledge();
    }

    /** To be saved before, and restored before, the {@link SystemState}. */
    void save(StateOutput out, long now) {
        // A shadow that is over is none.
        state.interruptShadow &= shadowUntil == now;
        out.putBoolean(nmi);
        out.putBoolean(state.interruptShadow);
    }

    void restore(StateInput in, long now) {
        nmi = in.getBoolean();
        shadowUntil = in.getBoolean() ? now : -1;
    }
}
