package org.jkprobes.machine.cpu.x86;

/** CR0, CR2, CR3, CR4, CR8, INVLPG, LMSW, CLTS: checks, changes of mode, what the TLB loses. (SDM vol. 3, 2.5, 4.10.4, 9.8.5.) */
final class ControlRegisters {
    private static final long CR0_WRITABLE = Cr.CR0_PE | Cr.CR0_MP | Cr.CR0_EM | Cr.CR0_TS | Cr.CR0_NE | Cr.CR0_WP
            | Cr.CR0_AM | Cr.CR0_NW | Cr.CR0_CD | Cr.CR0_PG;
    private static final long CR4_WRITABLE = Cr.CR4_TSD
            | Cr.CR4_DE
            | Cr.CR4_PSE
            | Cr.CR4_PAE
            | Cr.CR4_MCE
            | Cr.CR4_PGE
            | Cr.CR4_PCE
            | Cr.CR4_OSFXSR
            | Cr.CR4_OSXMMEXCPT
            | Cr.CR4_SMEP
            | Cr.CR4_SMAP;
    private static final long CR4_OF_TRANSLATION = Cr.CR4_PSE | Cr.CR4_PAE | Cr.CR4_PGE | Cr.CR4_SMEP | Cr.CR4_SMAP;
    private static final long LMSW_BITS = 0xf;

    private final SystemState state;
    private final Fault fault;
    private final Tlb tlb;
    private final SystemListener listener;

    private long value;

    ControlRegisters(SystemState state, Fault fault, Tlb tlb, SystemListener listener) {
        this.state = state;
        this.fault = fault;
        this.tlb = tlb;
        this.listener = listener;
    }

    /** What {@link #read} has read. */
    long value() {
        return value;
    }

    /** Whether CPL is 0, which HLT, WBINVD and their like need. */
    boolean privileged() {
        return state.cpl == 0 || fault.raise(Vectors.PROTECTION);
    }

    boolean read(int number) {
        if (!exists(number) || !privileged()) {
            return false;
        }
        value = switch (number) {
            case 0 -> state.cr0;
            case 2 -> state.cr2;
            case 3 -> state.cr3;
            case 4 -> state.cr4;
            default -> state.cr8;
        };
        return true;
    }

    /** {@code newValue} is zero-extended from the operand. */
    boolean write(int number, long newValue) {
        if (!exists(number) || !privileged()) {
            return false;
        }
        return switch (number) {
            case 0 -> writeCr0(newValue);
            case 2 -> {
                state.cr2 = newValue;
                yield true;
            }
            case 3 -> writeCr3(newValue);
            case 4 -> writeCr4(newValue);
            default -> writeCr8(newValue);
        };
    }

    private boolean exists(int number) {
        return number == 0 || number >= 2 && number <= 4 || number == 8 || fault.raise(Vectors.UNDEFINED);
    }

    private boolean writeCr0(long newValue) {
        boolean paging = (newValue & Cr.CR0_PG) != 0;
        boolean impossible = newValue >>> 32 != 0
                || paging && (newValue & Cr.CR0_PE) == 0
                || (newValue & Cr.CR0_NW) != 0 && (newValue & Cr.CR0_CD) == 0;
        if (impossible) {
            return fault.raise(Vectors.PROTECTION);
        }
        boolean longMode = paging && (state.efer & Cr.EFER_LME) != 0;
        boolean longCode = (state.segment(Segment.CS).attributes & Segment.LONG) != 0;
        if (longMode != state.longMode()) {
            boolean cannotEnter = longMode && ((state.cr4 & Cr.CR4_PAE) == 0 || longCode);
            if (cannotEnter || !longMode && longCode) {
                return fault.raise(Vectors.PROTECTION);
            }
            state.efer ^= Cr.EFER_LMA;
        }
        long old = state.cr0;
        state.cr0 = newValue & CR0_WRITABLE | Cr.CR0_ET;
        if (((old ^ state.cr0) & (Cr.CR0_PG | Cr.CR0_PE | Cr.CR0_WP)) != 0) {
            tlb.clear();
            state.publish();
        }
        return true;
    }

    private boolean writeCr3(long newValue) {
        if (state.longMode() && newValue >>> PageWalk.PHYSICAL_BITS != 0) {
            return fault.raise(Vectors.PROTECTION);
        }
        state.cr3 = newValue;
        tlb.clearLocal();
        return true;
    }

    private boolean writeCr4(long newValue) {
        boolean losesPae = state.longMode() && (newValue & Cr.CR4_PAE) == 0;
        if ((newValue & ~CR4_WRITABLE) != 0 || losesPae) {
            return fault.raise(Vectors.PROTECTION);
        }
        long changed = state.cr4 ^ newValue;
        state.cr4 = newValue;
        if ((changed & CR4_OF_TRANSLATION) != 0) {
            tlb.clear();
        }
        return true;
    }

    private boolean writeCr8(long newValue) {
        if ((newValue & ~0xf) != 0) {
            return fault.raise(Vectors.PROTECTION);
        }
        state.cr8 = (int) newValue;
        listener.taskPriority(state.cr8);
        return true;
    }

    /** LMSW: the low four bits of CR0; PE cannot be cleared. */
    boolean loadStatusWord(int word) {
        if (!privileged()) {
            return false;
        }
        long bits = word & LMSW_BITS | state.cr0 & Cr.CR0_PE;
        return writeCr0(state.cr0 & ~LMSW_BITS | bits);
    }

    boolean clearTaskSwitched() {
        if (!privileged()) {
            return false;
        }
        state.cr0 &= ~Cr.CR0_TS;
        return true;
    }

    boolean invalidatePage(long linear) {
        if (!privileged()) {
            return false;
        }
        if (!state.longMode()) {
            tlb.invalidate(linear & 0xffffffffL);
        } else if (Paging.canonical(linear)) {
            tlb.invalidate(linear);
        }
        return true;
    }
}
