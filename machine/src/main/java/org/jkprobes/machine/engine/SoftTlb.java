package org.jkprobes.machine.engine;

/**
 * The host-side cache of translations that loads and stores look at first. One set of entries for each
 * privilege; an entry is {read tag, write tag, addend, unused}: a tag is the page's virtual address,
 * compared with the access's address masked to page and misalignment bits, so that an unaligned access misses; the addend takes a
 * virtual address to the host's.
 */
public final class SoftTlb {
    public static final int PAGE_BITS = 12;
    static final long PAGE_MASK = (1L << PAGE_BITS) - 1;
    /** Log2 of the longs of an entry. */
    private static final int ENTRY_BITS = 2;

    /** 8 MiB of pages: a program that works on 4 MiB must find all of it here, since every miss goes to Java. */
    static final int SET_BITS = 11;

    static final int SETS = 4;
    /** The bits of a CPU's mode that choose the set. */
    static final int SET_MASK = SETS - 1;

    static final int ENTRIES = 1 << SET_BITS;
    /** Longs of one privilege's entries. */
    static final int SET_LENGTH = ENTRIES << ENTRY_BITS;

    static final int READ = 0;
    static final int WRITE = 1;
    static final int ADDEND = 2;

    /** A tag that no address equals: its low page bits are set and no access is that misaligned. */
    private static final long EMPTY = 0x800;

    final long[] entries = new long[SETS * SET_LENGTH];
    /** Mapped (not fixed) translations filled since the last flush, by entry offset; more than these and all is flushed. */
    private final int[] mapped = new int[SETS * ENTRIES];

    private int mappedCount;
    /** The same of translations that outlive {@link #flushLocal}. */
    private final int[] global = new int[SETS * ENTRIES];

    private int globalCount;
    /** Entries that were filled with a write tag since the last flush of those; if it is full, there may be more. */
    private final int[] written = new int[SETS * ENTRIES];

    private int writtenCount;
    /** Where emitted code looks: a copy of the entries in the host's memory; 0 if there is none. */
    private long mirror;

    SoftTlb() {
        flushAll();
    }

    /** Index of an address's entry in its set. */
    static int index(long address) {
        return ((int) (address >>> PAGE_BITS) & (ENTRIES - 1)) << ENTRY_BITS;
    }

    private static int entry(long address, int set) {
        return set * SET_LENGTH + index(address);
    }

    void fill(long address, int set, long hostAddress, boolean writable, Lifetime lifetime) {
        if (mappedCount == mapped.length || globalCount == global.length) {
            flushAll();
        }
        int entry = entry(address, set);
        long page = address & -(1L << PAGE_BITS);
        put(entry + READ, page);
        put(entry + WRITE, writable ? page : EMPTY);
        if (writable && writtenCount < written.length) {
            written[writtenCount++] = entry;
        }
        put(entry + ADDEND, (hostAddress & -(1L << PAGE_BITS)) - page);
        switch (lifetime) {
            case LOCAL -> mapped[mappedCount++] = entry;
            case GLOBAL -> global[globalCount++] = entry;
            case FIXED -> {}
        }
    }

    /** Forgets all translations that the guest can change. */
    void flushMapped() {
        flushLocal();
        for (int i = 0; i < globalCount; i++) {
            clear(global[i]);
        }
        globalCount = 0;
    }

    /** Forgets those of one address space. */
    void flushLocal() {
        for (int i = 0; i < mappedCount; i++) {
            clear(mapped[i]);
        }
        mappedCount = 0;
    }

    /** Forgets the translation of one page. */
    void flushPage(long address) {
        for (int set = 0; set < SETS; set++) {
            int entry = entry(address, set);
            if (entries[entry + READ] == (address & -(1L << PAGE_BITS))) {
                clear(entry);
            }
        }
    }

    void flushAll() {
        for (int entry = 0; entry < SETS * SET_LENGTH; entry += 1 << ENTRY_BITS) {
            clear(entry);
        }
        mappedCount = 0;
        globalCount = 0;
        writtenCount = 0;
    }

    /** Takes all write permissions away: the next store to each page is seen again. */
    void flushWrites() {
        if (writtenCount == written.length) {
            for (int entry = 0; entry < SETS * SET_LENGTH; entry += 1 << ENTRY_BITS) {
                put(entry + WRITE, EMPTY);
            }
        }
        for (int i = 0; i < writtenCount; i++) {
            put(written[i] + WRITE, EMPTY);
        }
        writtenCount = 0;
    }

    private void clear(int entry) {
        put(entry + READ, EMPTY);
        put(entry + WRITE, EMPTY);
    }

    private void put(int index, long value) {
        entries[index] = value;
        if (mirror != 0) {
            Host.putLong(mirror + 8L * index, value);
        }
    }

    /** Keeps a copy of the entries in the host's memory from now on. */
    void mirrorTo(long address) {
        if (mirror != address) {
            mirror = address;
            for (int i = 0; i < entries.length; i++) {
                put(i, entries[i]);
            }
        }
    }
}
