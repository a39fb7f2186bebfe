package org.jkprobes.machine.target;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.machine.engine.GuardedText;
import org.jkprobes.target.Text.GuestWriteListener;

/** Tells Kprobes when the instructions under its breakpoints change: jump labels, alternatives, ftrace, code the kernel generates. */
final class GuestWrites implements GuardedText {
    private static final int INSTRUCTION_BYTES = 4;

    private final MipsCpu cpu;
    private final Map<Long, Probed> probed = new HashMap<>();
    private GuestWriteListener listener = (address, length) -> {};

    /** The instruction at a kernel address has so many watchers. */
    private record Probed(long address, int watchers) {}

    GuestWrites(MipsCpu cpu) {
        this.cpu = cpu;
        cpu.guardedText(this);
    }

    void listener(GuestWriteListener told) {
        listener = told;
    }

    /** Watches the instruction at an address, until {@link #forget} has been called as often. */
    void watch(long physical, long address) {
        Probed before = probed.get(physical);
        probed.put(physical, new Probed(address, before == null ? 1 : before.watchers() + 1));
        cpu.guard(physical);
    }

    void forget(long physical) {
        Probed before = probed.get(physical);
        if (before == null) {
            return;
        }
        if (before.watchers() == 1) {
            probed.remove(physical);
        } else {
            probed.put(physical, new Probed(before.address(), before.watchers() - 1));
        }
        cpu.unguard(physical);
    }

    @Override
    public void written(long physical, int length) {
        for (long at = physical & -INSTRUCTION_BYTES; at < physical + length; at += INSTRUCTION_BYTES) {
            Probed one = probed.get(at);
            if (one != null) {
                listener.guestWrote(one.address(), INSTRUCTION_BYTES);
            }
        }
    }

    @Override
    public void replaced() {
        // What is told may be taken away by it.
        for (Probed one : List.copyOf(probed.values())) {
            listener.guestWrote(one.address(), INSTRUCTION_BYTES);
        }
    }
}
