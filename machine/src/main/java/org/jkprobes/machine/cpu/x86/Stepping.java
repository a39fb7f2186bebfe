package org.jkprobes.machine.cpu.x86;

import org.jkprobes.machine.cpu.TrapHook;

/**
 * Probed instructions while they are executed: in a slot, or where they stand, with interrupts held. A repeated string instruction is one
 * step.
 */
final class Stepping {
    private final X86Cpu cpu;
    private TrapHook traps = TrapHook.NONE;
    private boolean stepping;
    private boolean inPlace;
    /** The engine is about it. */
    private boolean inPlaceNow;
    /** The instruction stepped is a probe's of the overlay. */
    private boolean probing;
    /** Interrupts are held: a handler calls the guest. */
    private boolean held;
    /** Attention was asked for during a step. */
    private boolean attendLater;

    Stepping(X86Cpu cpu) {
        this.cpu = cpu;
    }

    void traps(TrapHook hook) {
        traps = hook;
    }

    TrapHook traps() {
        return traps;
    }

    boolean stepping() {
        return stepping;
    }

    boolean inPlace() {
        return inPlace;
    }

    /** A step begins, or is done. */
    void stepping(boolean now) {
        stepping = now;
        if (!now && attendLater) {
            attendLater = false;
            cpu.requestAttention();
        }
    }

    /** Whether interrupts wait, and attention with them. */
    boolean holdsInterrupts() {
        attendLater |= stepping;
        return stepping || held;
    }

    void stepInPlace() {
        inPlace = true;
        cpu.inPlaceMode(true);
    }

    void stepProbed() {
        probing = true;
        stepping = true;
        stepInPlace();
    }

    /** Before an instruction; whether it runs alone. */
    boolean before() {
        inPlaceNow = inPlace;
        return inPlace;
    }

    /** An instruction has run alone; {@code unfinished} if it is a repeated one that goes on. */
    void after(boolean unfinished) {
        if (!inPlaceNow) {
            // What ran may have asked for a step in place.
            return;
        }
        if (inPlace && unfinished) {
            return;
        }
        cpu.inPlaceMode(false);
        if (inPlace) {
            inPlace = false;
            if (probing) {
                endProbe();
                traps.probeStepped();
            } else {
                traps.steppedInPlace();
            }
        }
    }

    private void endProbe() {
        probing = false;
        stepping(false);
    }

    /**
     * An event of an instruction that is being stepped; whether there is none any more.
     *
     * @param exception as {@link X86Exception} makes it
     */
    boolean takes(int exception, Kind kind) {
        if (!stepping || inPlace && kind == Kind.SOFTWARE) {
            return false;
        }
        inPlace = false;
        cpu.inPlaceMode(false);
        boolean probed = probing;
        if (probed) {
            endProbe();
        }
        return probed ? traps.probeFault(exception) : traps.fault(exception);
    }

    /** The repeated instruction that is being stepped may be interrupted now. */
    void betweenIterations() {
        inPlace = false;
        cpu.inPlaceMode(false);
        if (probing) {
            endProbe();
            traps.probeInterrupted();
        } else {
            traps.interrupted();
        }
    }

    // ---- guest calls by handlers ----

    /** What goes on beside the CPU's state. */
    record Interrupted(boolean stepping, boolean inPlace, boolean probing, boolean held) {}

    /** Puts aside what is going on in a hook: from now on the CPU runs what the hook wants of it, with interrupts held. */
    Interrupted interrupt() {
        Interrupted now = new Interrupted(stepping, inPlace, probing, held);
        stepping = false;
        inPlace = false;
        probing = false;
        held = true;
        cpu.inPlaceMode(false);
        return now;
    }

    void resume(Interrupted was) {
        stepping = was.stepping;
        inPlace = was.inPlace;
        probing = was.probing;
        held = was.held;
        cpu.inPlaceMode(inPlace);
    }

    /** As after a restore: nothing goes on. */
    void reset() {
        stepping = false;
        inPlace = false;
        probing = false;
    }
}
