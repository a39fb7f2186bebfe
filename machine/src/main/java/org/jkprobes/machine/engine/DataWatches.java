package org.jkprobes.machine.engine;

import java.util.List;

/**
 * Stretches of the guest's virtual memory whose loads or stores somebody waits for. Their pages stay out of the soft TLB; an instruction
 * that accesses one runs alone, so that the CPU can stop before or after it.
 */
public final class DataWatches {
    /**
     * One stretch.
     *
     * @param start virtual; {@code end} is behind its last byte
     */
    public record Watch(long start, long end, boolean loads, boolean stores) {}

    /** Told of an access, before it is done. */
    @FunctionalInterface
    public interface Listener {
        /** Whether the CPU stops before the instruction, which is then executed again. */
        boolean reached(Watch watch, boolean store);
    }

    /** Nothing is waited for. */
    public static final DataWatches NONE = new DataWatches(List.of(), (watch, store) -> false);

    private static final long PAGE = 1L << SoftTlb.PAGE_BITS;

    private final Watch[] all;
    private final Listener listener;

    public DataWatches(List<Watch> watches, Listener listener) {
        all = watches.toArray(Watch[]::new);
        this.listener = listener;
    }

    boolean any() {
        return all.length > 0;
    }

    /** Whether any stretch touches the page of an address. */
    boolean inPage(long address) {
        long page = address & -PAGE;
        for (Watch watch : all) {
            if (overlaps(watch, page, PAGE)) {
                return true;
            }
        }
        return false;
    }

    boolean watches(long address, int size, boolean store) {
        return find(address, size, store) >= 0;
    }

    boolean reached(long address, int size, boolean store) {
        return listener.reached(all[find(address, size, store)], store);
    }

    private int find(long address, int size, boolean store) {
        for (int i = 0; i < all.length; i++) {
            if ((store ? all[i].stores : all[i].loads) && overlaps(all[i], address, size)) {
                return i;
            }
        }
        return -1;
    }

    /** Unsigned, and neither wraps around. */
    private static boolean overlaps(Watch watch, long start, long size) {
        return Long.compareUnsigned(start, watch.end) < 0 && Long.compareUnsigned(watch.start, start + size) < 0
                || start + size == 0 && Long.compareUnsigned(watch.end, start) > 0;
    }
}
