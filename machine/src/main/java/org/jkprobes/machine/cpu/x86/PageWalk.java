package org.jkprobes.machine.cpu.x86;

/**
 * Looks a linear address up in the page tables: two levels of 32-bit entries, PAE, or four levels. The pointers of PAE's first level
 * are read with each walk, as AMD's manual lets them be. (SDM vol. 3, 4.3 to 4.5; AMD64 APM vol. 2, 5.2 and 5.3.)
 */
final class PageWalk {
    /** Physical address bits, which CPUID tells. */
    static final int PHYSICAL_BITS = 40;

    private static final long PRESENT = 1;
    private static final long WRITE = 2;
    private static final long USER = 4;
    private static final long ACCESSED = 0x20;
    private static final long DIRTY = 0x40;
    private static final long LARGE = 0x80;
    private static final long GLOBAL = 0x100;

    private static final long FRAME = (1L << PHYSICAL_BITS) - 1 & -1L << 12;
    /** Bits 40 to 51 of an 8-byte entry. */
    private static final long BEYOND_PHYSICAL = (1L << 52) - (1L << PHYSICAL_BITS);

    private static final long NO_EXECUTE = 1L << 63;

    /** In CR3: the program's half of a pair of tables. */
    private static final long ISOLATION = 0x1000;
    /** The offset in the first table of the entry for the CPU entry area, at 0xfffffe0000000000. */
    private static final int ENTRY_AREA = 508 * 8;

    private final SystemState state;
    private final PhysicalMemory memory;

    private final long[] path = new long[4];
    private final long[] entries = new long[4];
    private int depth;
    private int entrySize;

    /** After a walk that found nothing: a reserved bit was set, the tables did not merely end. */
    boolean reservedBit;
    /** After a walk: log2 of the page's size. */
    int pageBits;

    PageWalk(SystemState state, PhysicalMemory memory) {
        this.state = state;
        this.memory = memory;
    }

    /** The translation in {@link Tlb}'s form, or {@link TlbTable#MISSING}. Changes nothing. */
    long walk(long linear) {
        if (state.longMode()) {
            return walk(linear, state.cr3 & FRAME, 39, 9);
        }
        if ((state.cr4 & Cr.CR4_PAE) != 0) {
            return walk(linear & 0xffffffffL, state.cr3 & 0xffffffe0L, 30, 9);
        }
        return walk(linear & 0xffffffffL, state.cr3 & 0xfffff000L, 22, 10);
    }

    /**
     * As {@link #walk}, of a kernel address that Linux's page-table isolation hides while a program runs. The kernel's first table is in the
     * page before the program's then, and both map the CPU entry area alike ({@code arch/x86/mm/pti.c}); that tells such a pair.
     */
    long walkIsolated(long linear) {
        long programs = state.cr3 & FRAME;
        long kernels = programs & ~ISOLATION;
        if (!state.longMode() || linear >= 0 || programs == kernels) {
            return TlbTable.MISSING;
        }
        long entry = memory.load(kernels + ENTRY_AREA, 8);
        boolean pair =
                (entry & PRESENT) != 0 && (entry & ~ACCESSED) == (memory.load(programs + ENTRY_AREA, 8) & ~ACCESSED);
        return pair ? walk(linear, kernels, 39, 9) : TlbTable.MISSING;
    }

    private long walk(long linear, long root, int topShift, int indexBits) {
        depth = 0;
        reservedBit = false;
        entrySize = indexBits == 9 ? 8 : 4;
        boolean paePointers = topShift == 30;
        long table = root;
        long allowed = USER | WRITE;
        long noExecute = 0;
        for (int shift = topShift; ; shift -= indexBits) {
            long at = table + (linear >>> shift & (1 << indexBits) - 1) * entrySize;
            long entry = memory.load(at, entrySize);
            if ((entry & PRESENT) == 0) {
                return TlbTable.MISSING;
            }
            boolean leaf = shift == 12 || isLarge(entry, shift, paePointers);
            if ((entry & reserved(shift, leaf, paePointers)) != 0) {
                reservedBit = true;
                return TlbTable.MISSING;
            }
            if (!(paePointers && shift == 30)) {
                path[depth] = at;
                entries[depth++] = entry;
                allowed &= entry;
                noExecute |= entrySize == 8 ? entry & NO_EXECUTE : 0;
            }
            if (leaf) {
                pageBits = shift;
                long frame = frame(entry, shift) + (linear & (1L << shift) - 1 & -1L << 12);
                return frame | flags(entry, allowed, noExecute);
            }
            table = entrySize == 8 ? entry & FRAME : entry & 0xfffff000L;
        }
    }

    private boolean isLarge(long entry, int shift, boolean paePointers) {
        if ((entry & LARGE) == 0) {
            return false;
        }
        return switch (shift) {
            case 21 -> true;
            case 22 -> (state.cr4 & Cr.CR4_PSE) != 0;
            case 30 -> !paePointers;
            default -> false;
        };
    }

    /** The bits of an entry that must be 0. */
    private long reserved(int shift, boolean leaf, boolean paePointers) {
        if (entrySize == 4) {
            return leaf && shift == 22 ? 1 << 21 : 0;
        }
        long bits = BEYOND_PHYSICAL | ((state.efer & Cr.EFER_NXE) != 0 ? 0 : NO_EXECUTE);
        if (!state.longMode()) {
            bits |= 0x7ff0_0000_0000_0000L;
        }
        if (paePointers && shift == 30) {
            return bits | NO_EXECUTE | 0x1e6;
        }
        if (shift == 39) {
            return bits | LARGE;
        }
        return leaf && shift > 12 ? bits | (1L << shift) - (1 << 13) : bits;
    }

    private static long frame(long entry, int shift) {
        if (shift == 22) {
            return entry & 0xffc00000L | (entry >>> 13 & 0xff) << 32;
        }
        return entry & FRAME & -1L << shift;
    }

    private int flags(long entry, long allowed, long noExecute) {
        return ((allowed & USER) != 0 ? Tlb.USER : 0)
                | ((allowed & WRITE) != 0 ? Tlb.WRITE : 0)
                | (noExecute != 0 ? Tlb.NO_EXECUTE : 0)
                | ((entry & DIRTY) != 0 ? Tlb.DIRTY : 0)
                | ((entry & GLOBAL) != 0 && (state.cr4 & Cr.CR4_PGE) != 0 ? Tlb.GLOBAL : 0);
    }

    /** Sets the accessed bits on the path of the last walk, and the page's dirty bit. */
    void mark(boolean dirty) {
        for (int i = 0; i < depth; i++) {
            long wanted = entries[i] | ACCESSED | (dirty && i == depth - 1 ? DIRTY : 0);
            if (wanted != entries[i]) {
                memory.store(path[i], entrySize, wanted);
            }
        }
    }
}
