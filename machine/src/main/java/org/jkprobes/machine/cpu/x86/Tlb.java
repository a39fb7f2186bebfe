package org.jkprobes.machine.cpu.x86;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Stateful;

/**
 * The TLB that the guest can notice: a translation lives until the guest drops it or its table is full. What it holds depends on the
 * pages that the guest has touched and in which order, never on how an engine cuts blocks or how often it asks. So data and fetches
 * have tables of their own, each for global pages and for others. (SDM vol. 3, 4.10.)
 */
final class Tlb implements Stateful {
    // The low bits of a translation; above them its physical page.
    static final int USER = 1;
    static final int WRITE = 2;
    static final int NO_EXECUTE = 4;
    static final int DIRTY = 8;
    static final int GLOBAL = 16;
    static final long PAGE = -1L << 12;

    private final TlbTable data = new TlbTable();
    private final TlbTable globalData = new TlbTable();
    private final TlbTable fetches = new TlbTable();
    private final TlbTable globalFetches = new TlbTable();
    private final SystemListener listener;

    Tlb(SystemListener listener) {
        this.listener = listener;
    }

    /** The translation of a page, or {@link TlbTable#MISSING}. */
    long find(long linear, boolean fetch) {
        long found = (fetch ? globalFetches : globalData).find(linear);
        return found != TlbTable.MISSING ? found : (fetch ? fetches : data).find(linear);
    }

    /** Enters what a walk has found. {@code pageBits} is the log2 of the page's size. */
    void enter(long linear, long translation, int pageBits, boolean fetch) {
        long old = find(linear, fetch);
        if (old != TlbTable.MISSING) {
            remove(linear, fetch);
        }
        boolean global = (translation & GLOBAL) != 0;
        TlbTable table = fetch ? global ? globalFetches : fetches : global ? globalData : data;
        if (table.put(linear, translation, pageBits)) {
            listener.forgetAllMapped();
        } else if (old != TlbTable.MISSING && !onlyGains(old, translation)) {
            forget(linear, fetch);
        }
    }

    private void forget(long linear, boolean fetch) {
        if (fetch) {
            listener.forgetPage(linear);
        } else {
            listener.forgetDataPage(linear);
        }
    }

    /** Whether fetches from a page are translated in all address spaces alike, as far as is known. */
    boolean global(long linear) {
        return globalFetches.find(linear) != TlbTable.MISSING;
    }

    /** Whether all that was allowed is, at the same place: a first write to a page must not cost what was derived from it. */
    private static boolean onlyGains(long old, long translation) {
        long fixed = PAGE | USER | NO_EXECUTE;
        long lost = old & ~translation & (WRITE | DIRTY);
        return ((old ^ translation) & fixed) == 0 && lost == 0;
    }

    /** A translation that led to a fault is not kept. */
    void drop(long linear, boolean fetch) {
        if (find(linear, fetch) != TlbTable.MISSING) {
            remove(linear, fetch);
            forget(linear, fetch);
        }
    }

    private void remove(long linear, boolean fetch) {
        (fetch ? globalFetches : globalData).remove(linear);
        (fetch ? fetches : data).remove(linear);
    }

    /** INVLPG. */
    void invalidate(long linear) {
        boolean more = data.invalidate(linear);
        more |= globalData.invalidate(linear);
        more |= fetches.invalidate(linear);
        more |= globalFetches.invalidate(linear);
        if (more) {
            listener.forgetAllMapped();
        } else {
            listener.forgetPage(linear);
        }
    }

    /** A write to CR3. */
    void clearLocal() {
        data.clear();
        fetches.clear();
        listener.forgetLocal();
    }

    void clear() {
        globalData.clear();
        globalFetches.clear();
        data.clear();
        fetches.clear();
        listener.forgetAllMapped();
    }

    @Override
    public void save(StateOutput out) {
        data.save(out);
        globalData.save(out);
        fetches.save(out);
        globalFetches.save(out);
    }

    @Override
    public void restore(StateInput in) {
        data.restore(in);
        globalData.restore(in);
        fetches.restore(in);
        globalFetches.restore(in);
        listener.forgetAllMapped();
    }
}
