package org.jkprobes.machine.target;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.machine.engine.GuardedText;
import org.jkprobes.target.Text.GuestWriteListener;

/**
 * Where armed and instrumented addresses are in physical memory: where they were when that was done, as mappings come and go. Tells
 * Kprobes when the instructions there change: jump labels, alternatives, ftrace, code the kernel generates.
 */
final class ProbedPlaces implements GuardedText {
    /** Not mapped to RAM. */
    static final long NOWHERE = -1;

    private static final int INSTRUCTION_BYTES = 4;

    private final MipsCpu cpu;
    private final Map<Long, Held> held = new HashMap<>();
    private GuestWriteListener listener = (address, length) -> {};

    private record Held(long physical, int holders) {}

    ProbedPlaces(MipsCpu cpu) {
        this.cpu = cpu;
        cpu.guardedText(this);
    }

    void listener(GuestWriteListener told) {
        listener = told;
    }

    /** The physical address of what is held at an address; {@link #NOWHERE} if nothing is. */
    long physical(long address) {
        Held one = held.get(address);
        return one == null ? NOWHERE : one.physical();
    }

    /** Holds what is at an address now, until {@link #release} has been called as often; returns its physical address. */
    long hold(long address) {
        Held before = held.get(address);
        if (before == null && cpu.ramOffset(address) < 0) {
            return NOWHERE;
        }
        Held now = before == null ? new Held(cpu.peek(address), 1) : new Held(before.physical(), before.holders() + 1);
        held.put(address, now);
        cpu.guard(now.physical());
        return now.physical();
    }

    void release(long address) {
        Held before = held.get(address);
        if (before == null) {
            return;
        }
        if (before.holders() == 1) {
            held.remove(address);
        } else {
            held.put(address, new Held(before.physical(), before.holders() - 1));
        }
        cpu.unguard(before.physical());
    }

    @Override
    public void written(long physical, int length) {
        for (long at = physical & -INSTRUCTION_BYTES; at < physical + length; at += INSTRUCTION_BYTES) {
            cpu.overlay().probed(at, address -> listener.guestWrote(address, INSTRUCTION_BYTES));
        }
    }

    @Override
    public void replaced() {
        // What is told may be taken away by it.
        for (long address : List.copyOf(held.keySet())) {
            listener.guestWrote(address, INSTRUCTION_BYTES);
        }
    }
}
