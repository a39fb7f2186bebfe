package org.jkprobes.machine.target;

import java.util.ArrayList;
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
    private final Map<Long, HeldPage> pages = new HashMap<>();
    private boolean quiet;
    private GuestWriteListener listener = (address, length) -> {};

    /** @param second the physical page that its instruction may go on in, or {@link #NOWHERE} */
    private record Held(long physical, long second, int holders) {}

    /** What is held in a physical page: the guest may store there often, when it is text no more. */
    private static final class HeldPage {
        /** Where something is held, or was: nothing is anywhere else. */
        private final long[] starts = new long[PAGE / Long.SIZE];

        private int count;
        /** Addresses of instructions that may go on here from the page before. */
        private final List<Long> entering = new ArrayList<>(0);

        boolean isEmpty() {
            return count == 0 && entering.isEmpty();
        }

        boolean mayHave(int offset) {
            return (starts[offset / Long.SIZE] & 1L << offset) != 0;
        }
    }

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
        if (before == null) {
            remember(address, now);
        }
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
            forget(address, before);
        } else {
            held.put(address, new Held(before.physical(), before.second(), before.holders() - 1));
        }
        cpu.unguard(before.physical());
        if (before.second() != NOWHERE) {
            cpu.unguard(before.second());
        }
    }

    private static int offset(long physical) {
        return (int) (physical & PAGE - 1);
    }

    private HeldPage page(long physical) {
        return pages.computeIfAbsent(physical & -PAGE, _ -> new HeldPage());
    }

    private void remember(long address, Held now) {
        HeldPage first = page(now.physical());
        first.starts[offset(now.physical()) / Long.SIZE] |= 1L << offset(now.physical());
        first.count++;
        if (now.second() != NOWHERE) {
            page(now.second()).entering.add(address);
        }
    }

    private void forget(long address, Held gone) {
        HeldPage first = page(gone.physical());
        first.count--;
        if (first.isEmpty()) {
            pages.remove(gone.physical() & -PAGE);
        }
        if (gone.second() != NOWHERE) {
            HeldPage second = page(gone.second());
            second.entering.remove(address);
            if (second.isEmpty()) {
                pages.remove(gone.second());
            }
        }
    }

    @Override
    public void written(long physical, int length) {
        for (long at = physical, end = physical + length; at < end; at = (at & -PAGE) + PAGE) {
            HeldPage page = pages.get(at & -PAGE);
            if (page != null) {
                written(page, at, (int) Math.min(end - at, PAGE - offset(at)));
            }
        }
    }

    /** Of one page. */
    private void written(HeldPage page, long physical, int length) {
        int end = offset(physical) + length;
        for (int at = Math.max(offset(physical) - longest + 1, 0) & -alignment; at < end; at += alignment) {
            if (page.mayHave(at)) {
                cpu.overlay().probed((physical & -PAGE) + at, this::tell);
            }
        }
        if (offset(physical) < longest && !page.entering.isEmpty()) {
            // What is told may be taken away by it.
            List.copyOf(page.entering).forEach(this::tell);
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
