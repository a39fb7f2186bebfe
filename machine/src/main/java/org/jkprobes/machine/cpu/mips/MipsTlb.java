package org.jkprobes.machine.cpu.mips;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Stateful;

/**
 * The joint TLB: {@link #ENTRIES} entries that the guest knows of, and behind them the entries that TLBWR replaced, which go on
 * translating until the guest could tell. That saves refills, and QEMU does the same, which makes its boots comparable instruction
 * by instruction. (MIPS32 PRA vol. III, chapter 4.)
 */
final class MipsTlb implements Stateful {
    static final int ENTRIES = 16;
    private static final int CAPACITY = 128;

    /** Bits of EntryLo. */
    static final int GLOBAL = 1;

    static final int VALID = 2;
    static final int DIRTY = 4;

    // One entry an index: EntryHi's VPN2 as written, ASID, PageMask, both EntryLo.
    private final int[] vpn = new int[CAPACITY];
    private final int[] asid = new int[CAPACITY];
    private final int[] mask = new int[CAPACITY];
    private final int[] lo0 = new int[CAPACITY];
    private final int[] lo1 = new int[CAPACITY];
    private int used = ENTRIES;

    private int seed = 1;
    private int previousRandom;

    /** The index of the entry that matches an address, or -1. */
    int find(int address, int currentAsid) {
        return find(address, currentAsid, 0, used);
    }

    private int find(int address, int currentAsid, int from, int to) {
        for (int i = from; i < to; i++) {
            int inPage = mask[i] | 0x1fff;
            if ((vpn[i] & ~inPage) == (address & ~inPage) && (asid[i] == currentAsid || global(i))) {
                return i;
            }
        }
        return -1;
    }

    /** The half of an entry that maps an address: its EntryLo. */
    int lo(int entry, int address) {
        int half = ((mask[entry] | 0x1fff) + 1) >>> 1;
        return (address & half) == 0 ? lo0[entry] : lo1[entry];
    }

    /** Physical address by an entry and its half. */
    long physical(int entry, int lo, int address) {
        int inPage = (mask[entry] | 0x1fff) >>> 1;
        return ((lo & 0x3fffffc0L) << 6 & ~(long) inPage) | address & inPage;
    }

    private boolean global(int entry) {
        return (lo0[entry] & lo1[entry] & GLOBAL) != 0;
    }

    /** TLBWR: the replaced entry is kept as long as it can matter. Returns whether a translation may have ceased. */
    boolean writeRandom(Cp0 cp0) {
        int entry = nextRandom(cp0.get(Cp0.WIRED));
        boolean matters = global(entry) || asid[entry] == cp0.asid();
        boolean kept = matters && used < CAPACITY;
        if (kept) {
            copy(entry, used++);
        }
        fill(entry, cp0);
        return matters && !kept || mask[entry] != 0;
    }

    /** TLBWI. Returns whether a translation may have ceased. */
    boolean writeIndexed(Cp0 cp0) {
        int entry = (cp0.get(Cp0.INDEX) & 0x7fffffff) % ENTRIES;
        int old0 = lo0[entry];
        int old1 = lo1[entry];
        boolean wasGlobal = global(entry);
        boolean sameTag = vpn[entry] == (cp0.get(Cp0.ENTRY_HI) & ~0x1fff) && asid[entry] == cp0.asid();
        fill(entry, cp0);
        int lost = (old0 & ~lo0[entry] | old1 & ~lo1[entry]) & (VALID | DIRTY);
        if (!sameTag || wasGlobal != global(entry) || lost != 0) {
            used = ENTRIES;
            return true;
        }
        return mask[entry] != 0;
    }

    /** TLBP. Returns whether a translation may have ceased. */
    boolean probe(Cp0 cp0) {
        int address = cp0.get(Cp0.ENTRY_HI);
        int found = find(address, cp0.asid(), 0, ENTRIES);
        if (found >= 0) {
            cp0.set(Cp0.INDEX, found);
            return false;
        }
        int replaced = find(address, cp0.asid(), ENTRIES, used);
        if (replaced >= 0) {
            used = replaced;
        }
        cp0.set(Cp0.INDEX, cp0.get(Cp0.INDEX) | 0x80000000);
        return replaced >= 0;
    }

    /** TLBR. Returns whether a translation may have ceased. */
    boolean read(Cp0 cp0) {
        int entry = (cp0.get(Cp0.INDEX) & 0x7fffffff) % ENTRIES;
        boolean lost = used > ENTRIES || asid[entry] != cp0.asid();
        used = ENTRIES;
        int g = global(entry) ? GLOBAL : 0;
        cp0.set(Cp0.ENTRY_HI, vpn[entry] | asid[entry]);
        cp0.set(Cp0.PAGE_MASK, mask[entry]);
        cp0.set(Cp0.ENTRY_LO0, lo0[entry] & ~GLOBAL | g);
        cp0.set(Cp0.ENTRY_LO1, lo1[entry] & ~GLOBAL | g);
        return lost;
    }

    /** The next value of Random: ISO C's generator, never the same twice running, never a wired entry. */
    int nextRandom(int wired) {
        int count = ENTRIES - wired;
        if (count == 1) {
            return ENTRIES - 1;
        }
        int next;
        do {
            seed = 1103515245 * seed + 12345;
            next = (seed >>> 16) % count + wired;
        } while (next == previousRandom);
        previousRandom = next;
        return next;
    }

    private void fill(int entry, Cp0 cp0) {
        int pageMask = cp0.get(Cp0.PAGE_MASK);
        int pfnMask = ~(pageMask >>> 13 << 6);
        vpn[entry] = cp0.get(Cp0.ENTRY_HI) & ~0x1fff;
        asid[entry] = cp0.asid();
        mask[entry] = pageMask;
        lo0[entry] = cp0.get(Cp0.ENTRY_LO0) & (pfnMask | 0x3f);
        lo1[entry] = cp0.get(Cp0.ENTRY_LO1) & (pfnMask | 0x3f);
    }

    private void copy(int from, int to) {
        vpn[to] = vpn[from];
        asid[to] = asid[from];
        mask[to] = mask[from];
        lo0[to] = lo0[from];
        lo1[to] = lo1[from];
    }

    @Override
    public void save(StateOutput out) {
        out.putInt(seed);
        out.putInt(previousRandom);
        out.putInt(used);
        for (int i = 0; i < used; i++) {
            for (int[] column : columns()) {
                out.putInt(column[i]);
            }
        }
    }

    @Override
    public void restore(StateInput in) {
        seed = in.getInt();
        previousRandom = in.getInt();
        used = Math.clamp(in.getInt(), ENTRIES, CAPACITY);
        for (int i = 0; i < used; i++) {
            for (int[] column : columns()) {
                column[i] = in.getInt();
            }
        }
    }

    private int[][] columns() {
        return new int[][] {vpn, asid, mask, lo0, lo1};
    }
}
