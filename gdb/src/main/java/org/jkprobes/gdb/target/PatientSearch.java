package org.jkprobes.gdb.target;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jkprobes.symbols.KernelSymbols;

/**
 * A search for the kernel that a pc is in, which is not soon made again where it was in vain: what unpacks a kernel stays where it is for
 * seconds, and the vectors of exceptions are looked into again and again. So searches in vain take a small part of the time, however long
 * one takes.
 */
final class PatientSearch {
    private static final int PLACE_SHIFT = 16;
    /** How many times as long as a search in vain took its place is left alone. */
    private static final int PATIENCE = 5;

    private final LongFunction<Optional<KernelSymbols>> search;
    private final LongSupplier nanoTime;
    /** When to search a place again that was searched in vain. */
    private final Map<Long, Long> again = new HashMap<>();

    /** @param nanoTime a clock, as {@link System#nanoTime} */
    PatientSearch(LongFunction<Optional<KernelSymbols>> search, LongSupplier nanoTime) {
        this.search = search;
        this.nanoTime = nanoTime;
    }

    /** The kernel whose text the pc is in; empty if none was found, or none is sought there now. */
    Optional<KernelSymbols> around(long pc) {
        long place = pc >> PLACE_SHIFT;
        long start = nanoTime.getAsLong();
        Long until = again.get(place);
        if (until != null && start - until < 0) {
            return Optional.empty();
        }
        again.remove(place);
        Optional<KernelSymbols> found = search.apply(pc);
        if (found.isEmpty()) {
            long end = nanoTime.getAsLong();
            again.put(place, end + PATIENCE * (end - start));
        }
        return found;
    }
}
