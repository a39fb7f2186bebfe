package org.jkprobes.machine.engine;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What instruction fetches see in place of RAM: breakpoints, probes and watches, by physical address, and the instruction slots, which lie outside RAM.
 * Data accesses never see it, so the guest cannot tell that its text is probed.
 */
public final class FetchOverlay {
    /** Where slots lie for the code cache: above all physical addresses of a guest. */
    public static final long SLOTS_PHYSICAL = 1L << 62;
    /** Bytes of slots. */
    public static final int SLOTS_SIZE = 1 << 20;

    private final Map<Long, byte[]> breakpoints = new HashMap<>();
    private final Map<Long, Integer> probes = new HashMap<>();
    private final Set<Long> watches = new HashSet<>();
    private final byte[] slots = new byte[SLOTS_SIZE];

    /** The bytes that replace the instruction at a physical address, or null. */
    public byte @Nullable [] at(long physical) {
        return breakpoints.isEmpty() ? null : breakpoints.get(physical);
    }

    public void arm(long physical, byte[] breakpoint) {
        breakpoints.put(physical, breakpoint.clone());
    }

    /** Takes a breakpoint away; false if there was none. */
    public boolean disarm(long physical) {
        return breakpoints.remove(physical) != null;
    }

    /** No probe. */
    public static final int NONE = -1;

    /** The number of the probe to be lifted with the instruction at a physical address, or {@link #NONE}. */
    public int probeAt(long physical) {
        return probes.isEmpty() ? NONE : probes.getOrDefault(physical, NONE);
    }

    public void instrument(long physical, int probe) {
        probes.put(physical, probe);
    }

    /** Takes a probe away; returns its number, or {@link #NONE}. */
    public int uninstrument(long physical) {
        Integer was = probes.remove(physical);
        return was == null ? NONE : was;
    }

    /** The CPU is to stop at an address, whatever else is there. */
    public void watch(long physical) {
        watches.add(physical);
    }

    public void unwatch(long physical) {
        watches.remove(physical);
    }

    public boolean watched(long physical) {
        return !watches.isEmpty() && watches.contains(physical);
    }

    /** Whether a block must not run over this address. */
    public boolean cuts(long physical) {
        return at(physical) != null || probeAt(physical) != NONE || watched(physical);
    }

    public static boolean isSlot(long physical) {
        return physical >= SLOTS_PHYSICAL;
    }

    /** The memory of the slots; writers relift what they change. */
    public byte[] slots() {
        return slots;
    }
}
