package org.jkprobes.cli.event;

import java.util.ArrayDeque;
import java.util.List;

/** The hits before the one that comes next: what led to a panic. */
final class LastHits {
    private static final int KEPT = 8;

    private final ArrayDeque<KprobeHit> hits = new ArrayDeque<>(KEPT + 1);

    void add(KprobeHit hit) {
        hits.addLast(hit);
        if (hits.size() > KEPT) {
            hits.removeFirst();
        }
    }

    /** Eight at most, the last one last. */
    List<KprobeHit> all() {
        return List.copyOf(hits);
    }
}
