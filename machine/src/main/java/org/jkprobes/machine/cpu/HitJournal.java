package org.jkprobes.machine.cpu;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What handlers of probes have changed in the guest, hit by hit: for a guest that does again what it did, when no handler runs. Kept only
 * while there is someone who may go back.
 */
public final class HitJournal {
    /** Entries, before the past is given up. */
    private static final int MOST = 1 << 18;

    /** When in a hit something was changed. */
    public enum Part {
        /** Before the instruction. */
        BEFORE,
        /** When it had faulted. */
        FAULT,
        /** After it. */
        AFTER
    }

    /**
     * A change.
     *
     * @param retired instructions since power-on when the hit began
     * @param pc of the hit
     * @param ends whether the instruction was not executed, or its fault not raised
     * @param effect makes the change once more
     */
    public record Entry(long retired, long pc, Part part, boolean ends, Runnable effect) {
        private boolean isOf(long when, long where) {
            return retired == when && pc == where;
        }
    }

    /** Bytes that a handler has stored. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
    public record Store(long physical, byte[] bytes) {}

    private final List<Entry> entries = new ArrayList<>();
    private final List<Store> stores = new ArrayList<>();
    private int next;
    private boolean keeps;
    private boolean open;
    private boolean gap;

    /** From now on. */
    public void keep() {
        keeps = true;
    }

    public boolean keeps() {
        return keeps;
    }

    /** Handlers are about to run. */
    public void open() {
        stores.clear();
        open = true;
    }

    /** A store to RAM that is not the guest's own. */
    public void stored(long physical, byte[] bytes) {
        if (open) {
            stores.add(new Store(physical, bytes.clone()));
        }
    }

    /** They have run. @return what they have stored */
    public List<Store> close() {
        open = false;
        return stores.isEmpty() ? List.of() : List.copyOf(stores);
    }

    public void add(Entry entry) {
        if (entries.size() >= MOST) {
            cannotRepeat();
            return;
        }
        entries.add(entry);
        next = entries.size();
    }

    /** Something has happened that nobody can have happen once more: who goes back must not come to before it. */
    public void cannotRepeat() {
        gap |= keeps;
    }

    /** Whether that has happened, since the last time this was asked; the past begins anew then, and this journal. */
    public boolean beginsAnew() {
        boolean was = gap;
        gap = false;
        if (was) {
            entries.clear();
            next = 0;
        }
        return was;
    }

    /** The change that comes next, if it is this one. */
    public @Nullable Entry take(long retired, long pc, Part part) {
        return expects(retired, pc) && entries.get(next).part == part ? entries.get(next++) : null;
    }

    /** Whether the change that comes next is of this hit. */
    public boolean expects(long retired, long pc) {
        return next < entries.size() && entries.get(next).isOf(retired, pc);
    }

    /** How many changes there have been up to here. */
    public int position() {
        return next;
    }

    /** Goes back to where there had been so many. */
    public void position(int to) {
        next = Math.min(to, entries.size());
    }

    /** What came after the first so many has never been. */
    public void forgetAfter(int position) {
        entries.subList(Math.min(position, entries.size()), entries.size()).clear();
        next = Math.min(next, entries.size());
    }

    /** Makes the changes that are left, of hits after which no instruction has retired; to be called where the past ends. */
    public void rest(long retired) {
        while (next < entries.size()) {
            Entry entry = entries.get(next++);
            if (entry.retired == retired && entry.ends) {
                entry.effect.run();
            }
        }
    }
}
