package org.jkprobes.machine.engine;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What instruction fetches see in place of RAM: breakpoints, probes and watches, and the instruction slots, which lie outside RAM. Data
 * accesses never see it, so the guest cannot tell that its text is probed.
 *
 * <p>A place is a physical address as seen at a virtual one: memory that the kernel frees may become a user's or a module's text.
 */
public final class FetchOverlay {
    /** Where slots lie for the code cache: above all physical addresses of a guest. */
    public static final long SLOTS_PHYSICAL = 1L << 62;
    /** Bytes of slots. */
    public static final int SLOTS_SIZE = 1 << 20;

    /** No probe. */
    public static final int NONE = -1;

    private final Map<Long, Place> places = new HashMap<>();
    private final byte[] slots = new byte[SLOTS_SIZE];
    /** A debugger's breakpoints: virtual addresses, whatever is mapped there. */
    private final Set<Long> stops = new HashSet<>();

    private static final class Place {
        final long address;
        byte @Nullable [] breakpoint;
        int probe = NONE;
        boolean watched;
        /** Another one of the same physical address. */
        @Nullable
        Place next;

        Place(long address, @Nullable Place next) {
            this.address = address;
            this.next = next;
        }

        boolean isEmpty() {
            return breakpoint == null && probe == NONE && !watched;
        }
    }

    private @Nullable Place find(long physical, long address) {
        Place place = places.isEmpty() ? null : places.get(physical);
        while (place != null && place.address != address) {
            place = place.next;
        }
        return place;
    }

    private Place make(long physical, long address) {
        Place place = find(physical, address);
        if (place == null) {
            place = new Place(address, places.get(physical));
            places.put(physical, place);
        }
        return place;
    }

    private void tidy(long physical, Place place) {
        if (!place.isEmpty()) {
            return;
        }
        Place kept = null;
        for (Place one = places.get(physical); one != null; ) {
            Place next = one.next;
            if (!one.isEmpty()) {
                one.next = kept;
                kept = one;
            }
            one = next;
        }
        if (kept == null) {
            places.remove(physical);
        } else {
            places.put(physical, kept);
        }
    }

    /** The bytes that replace the instruction at a place, or null. */
    public byte @Nullable [] at(long physical, long address) {
        Place place = find(physical, address);
        return place == null ? null : place.breakpoint;
    }

    /** Puts a breakpoint at a place, or another one; the array is kept. */
    public void arm(long physical, long address, byte[] breakpoint) {
        make(physical, address).breakpoint = breakpoint;
    }

    /** Takes a breakpoint away; false if there was none. */
    public boolean disarm(long physical, long address) {
        Place place = find(physical, address);
        if (place == null || place.breakpoint == null) {
            return false;
        }
        place.breakpoint = null;
        tidy(physical, place);
        return true;
    }

    /** The number of the probe to be lifted with the instruction at a place, or {@link #NONE}. */
    public int probeAt(long physical, long address) {
        Place place = find(physical, address);
        return place == null ? NONE : place.probe;
    }

    public void instrument(long physical, long address, int probe) {
        make(physical, address).probe = probe;
    }

    /** Takes a probe away; returns its number, or {@link #NONE}. */
    public int uninstrument(long physical, long address) {
        Place place = find(physical, address);
        if (place == null) {
            return NONE;
        }
        int was = place.probe;
        place.probe = NONE;
        tidy(physical, place);
        return was;
    }

    /** The CPU is to stop at a place, whatever else is there. */
    public void watch(long physical, long address) {
        make(physical, address).watched = true;
    }

    public void unwatch(long physical, long address) {
        Place place = find(physical, address);
        if (place != null) {
            place.watched = false;
            tidy(physical, place);
        }
    }

    /** Whether the CPU is to stop at a place: it has a watch, or a stop. */
    public boolean watched(long physical, long address) {
        Place place = find(physical, address);
        return place != null && place.watched || stopsAt(address);
    }

    /** The CPU is to stop at a virtual address whatever is mapped there, or no more; who calls this has it lifted anew. */
    public void stop(long address, boolean wanted) {
        if (wanted) {
            stops.add(address);
        } else {
            stops.remove(address);
        }
    }

    public boolean stopsAt(long address) {
        return !stops.isEmpty() && stops.contains(address);
    }

    /** Whether a block must not run over this place. */
    public boolean cuts(long physical, long address) {
        return find(physical, address) != null || stopsAt(address);
    }

    /** The virtual addresses that have breakpoints or probes at a physical one. */
    public void probed(long physical, LongConsumer addresses) {
        for (Place place = places.get(physical); place != null; ) {
            // What is told may take the place away.
            Place next = place.next;
            if (place.breakpoint != null || place.probe != NONE) {
                addresses.accept(place.address);
            }
            place = next;
        }
    }

    public static boolean isSlot(long physical) {
        return physical >= SLOTS_PHYSICAL;
    }

    /** The memory of the slots; writers relift what they change. */
    public byte[] slots() {
        return slots;
    }
}
