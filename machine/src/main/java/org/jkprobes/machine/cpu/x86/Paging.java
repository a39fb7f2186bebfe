package org.jkprobes.machine.cpu.x86;

/** Linear to physical addresses, with all rights checked. (SDM vol. 3, 4.6 to 4.8.) */
final class Paging {
    private static final int ERROR_PRESENT = 1;
    static final int ERROR_WRITE = 2;
    private static final int ERROR_USER = 4;
    private static final int ERROR_RESERVED = 8;
    private static final int ERROR_FETCH = 16;

    private static final long IN_PAGE = 0xfff;

    private final SystemState state;
    private final Fault fault;
    private final Tlb tlb;
    private final PageWalk walk;

    private boolean writable;
    private boolean global;

    Paging(SystemState state, Fault fault, Tlb tlb, PageWalk walk) {
        this.state = state;
        this.fault = fault;
        this.tlb = tlb;
        this.walk = walk;
    }

    static boolean canonical(long linear) {
        return linear << 16 >> 16 == linear;
    }

    /** Whether, with the page that was translated last, a write of the same privilege needs nothing more, not even a dirty bit. */
    boolean writable() {
        return writable;
    }

    /** Whether the page that was translated last is global. */
    boolean global() {
        return global;
    }

    /** As the program at work; {@code user} for CPL 3. */
    long translate(long linear, Access access, boolean user) {
        return translate(
                linear, access, user ? Privilege.USER : state.cpl == 3 ? Privilege.SUPERVISOR : state.privilege());
    }

    long translateFetch(long linear, int privilege) {
        return translate(linear, Access.FETCH, privilege);
    }

    long translateData(long linear, boolean store, int privilege) {
        return translate(linear, store ? Access.WRITE : Access.READ, privilege);
    }

    /** The physical address; or -1, with the exception noted, and for a page fault CR2 set. */
    long translate(long linear, Access access, int privilege) {
        if (!state.paging()) {
            writable = true;
            global = false;
            return linear & 0xffffffffL;
        }
        if (state.longMode() && !canonical(linear)) {
            fault.raise(Vectors.PROTECTION);
            return -1;
        }
        boolean fetch = access == Access.FETCH;
        long found = tlb.find(linear, fetch);
        if (found == TlbTable.MISSING
                || !allowed(found, access, privilege)
                || access == Access.WRITE && (found & Tlb.DIRTY) == 0) {
            found = look(linear, access, privilege);
            if (found == TlbTable.MISSING) {
                return -1;
            }
        }
        global = (found & Tlb.GLOBAL) != 0;
        writable = (found & Tlb.DIRTY) != 0 && allowed(found, Access.WRITE, privilege);
        return found & Tlb.PAGE | linear & IN_PAGE;
    }

    private long look(long linear, Access access, int privilege) {
        boolean fetch = access == Access.FETCH;
        long found = walk.walk(linear);
        if (found == TlbTable.MISSING || !allowed(found, access, privilege)) {
            tlb.drop(linear, fetch);
            pageFault(linear, access, privilege, found != TlbTable.MISSING || walk.reservedBit);
            return TlbTable.MISSING;
        }
        if (access == Access.WRITE) {
            found |= Tlb.DIRTY;
        }
        walk.mark(access == Access.WRITE);
        tlb.enter(linear, found, walk.pageBits, fetch);
        return found;
    }

    private boolean allowed(long translation, Access access, int privilege) {
        boolean userPage = (translation & Tlb.USER) != 0;
        if (privilege == Privilege.USER) {
            if (!userPage) {
                return false;
            }
        } else if (userPage && access == Access.FETCH) {
            if ((state.cr4 & Cr.CR4_SMEP) != 0) {
                return false;
            }
        } else if (userPage && privilege == Privilege.SUPERVISOR && (state.cr4 & Cr.CR4_SMAP) != 0) {
            return false;
        }
        return switch (access) {
            case READ -> true;
            case WRITE -> (translation & Tlb.WRITE) != 0 || privilege != Privilege.USER && (state.cr0 & Cr.CR0_WP) == 0;
            case FETCH -> (translation & Tlb.NO_EXECUTE) == 0;
        };
    }

    private void pageFault(long linear, Access access, int privilege, boolean present) {
        int error = present ? ERROR_PRESENT : 0;
        error |= present && walk.reservedBit ? ERROR_RESERVED : 0;
        error |= access == Access.WRITE ? ERROR_WRITE : 0;
        error |= privilege == Privilege.USER ? ERROR_USER : 0;
        boolean tellsFetches =
                (state.cr4 & Cr.CR4_SMEP) != 0 || (state.efer & Cr.EFER_NXE) != 0 && (state.cr4 & Cr.CR4_PAE) != 0;
        error |= access == Access.FETCH && tellsFetches ? ERROR_FETCH : 0;
        state.cr2 = linear;
        fault.raise(Vectors.PAGE_FAULT, error);
    }

    /** The physical address by the page tables as they lie in memory, the kernel's if need be, or -1: no rights asked, no effect on the guest. */
    long peek(long linear) {
        if (!state.paging()) {
            return linear & 0xffffffffL;
        }
        if (state.longMode() && !canonical(linear)) {
            return -1;
        }
        long found = walk.walk(linear);
        if (found == TlbTable.MISSING) {
            found = walk.walkIsolated(linear);
        }
        return found == TlbTable.MISSING ? -1 : found & Tlb.PAGE | linear & IN_PAGE;
    }
}
