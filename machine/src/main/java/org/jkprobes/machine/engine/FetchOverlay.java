package org.jkprobes.machine.engine;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What instruction fetches see in place of RAM: breakpoints, by physical address, and the instruction slots, which lie outside RAM.
 * Data accesses never see it, so the guest cannot tell that its text is probed.
 */
public final class FetchOverlay {
    /** Where slots lie for the code cache: above all physical addresses of a guest. */
    public static final long SLOTS_PHYSICAL = 1L << 62;
    /** Bytes of slots. */
    public static final int SLOTS_SIZE = 1 << 20;

    private final Map<Long, byte[]> breakpoints = new HashMap<>();
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

    public static boolean isSlot(long physical) {
        return physical >= SLOTS_PHYSICAL;
    }

    /** The memory of the slots; writers relift what they change. */
    public byte[] slots() {
        return slots;
    }
}
