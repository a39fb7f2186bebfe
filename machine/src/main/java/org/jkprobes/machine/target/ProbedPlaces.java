package org.jkprobes.machine.target;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.engine.GuardedText;
import org.jkprobes.target.Text.GuestWriteListener;

/**
 * Where armed and instrumented addresses are in physical memory: where they were when that was done, as mappings come and go. Tells
 * Kprobes when the instructions there change: jump labels, alternatives, ftrace, code the kernel generates.
 */
final class ProbedPlaces implements GuardedText {
    /** Not mapped to RAM. */
    static final long NOWHERE = -1;

    private static final int PAGE = 4096;

    private final ProbedCpu cpu;
    private final int alignment;
    private final int longest;
    private final Map<Long, Held> held = new HashMap<>();
    private boolean quiet;
    private GuestWriteListener listener = (address, length) -> {};

    /** @param second the physical page that its instruction may go on in, or {@link #NOWHERE} */
    private record Held(long physical, long second, int holders) {}

    /** Of a CPU whose instructions are at multiples of {@code alignment} bytes, and have {@code longest} at most. */
    ProbedPlaces(ProbedCpu cpu, int alignment, int longest) {
        this.cpu = cpu;
        this.alignment = alignment;
        this.longest = longest;
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
        Held now = before == null
                ? new Held(cpu.peek(address), second(address), 1)
                : new Held(before.physical(), before.second(), before.holders() + 1);
        held.put(address, now);
        cpu.guard(now.physical());
        if (now.second() != NOWHERE) {
            cpu.guard(now.second());
        }
        return now.physical();
    }

    private long second(long address) {
        long last = address + longest - 1;
        boolean crosses = (address & -PAGE) != (last & -PAGE);
        return crosses && cpu.ramOffset(last) >= 0 ? cpu.peek(last & -PAGE) : NOWHERE;
    }

    void release(long address) {
        Held before = held.get(address);
        if (before == null) {
            return;
        }
        if (before.holders() == 1) {
            held.remove(address);
        } else {
            held.put(address, new Held(before.physical(), before.second(), before.holders() - 1));
        }
        cpu.unguard(before.physical());
        if (before.second() != NOWHERE) {
            cpu.unguard(before.second());
        }
    }

    @Override
    public void written(long physical, int length) {
        long first = Math.max(physical - longest + 1, physical & -PAGE) & -alignment;
        for (long at = first; at < physical + length; at += alignment) {
            cpu.overlay().probed(at, this::tell);
        }
        if (longest > alignment && (physical & PAGE - 1) < longest) {
            // What is told may be taken away by it.
            List.copyOf(held.entrySet()).stream()
                    .filter(one -> one.getValue().second() == (physical & -PAGE))
                    .forEach(one -> tell(one.getKey()));
        }
    }

    @Override
    public void replaced() {
        List.copyOf(held.keySet()).forEach(this::tell);
    }

    /** Whether nobody is told: the guest does once more what they know of. */
    void quiet(boolean now) {
        quiet = now;
    }

    private void tell(long address) {
        if (quiet) {
            return;
        }
        listener.guestWrote(address, alignment);
    }
}
