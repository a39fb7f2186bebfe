package org.jkprobes.machine.cpu.x86;

import java.util.Arrays;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Stateful;

/**
 * Model-specific registers: those of the architecture, and what Linux asks of an AMD family 15. Any other is #GP, and reported once.
 * The time-stamp counter counts virtual nanoseconds. (SDM vol. 4, 2.1; AMD64 APM vol. 2, appendix A; AMD BKDG for family 0Fh.)
 */
final class Msrs implements Stateful {
    static final int TSC = 0x10;
    static final int APIC_BASE = 0x1b;
    static final int SYSENTER_CS = 0x174;
    static final int SYSENTER_ESP = 0x175;
    static final int SYSENTER_EIP = 0x176;
    static final int PAT = 0x277;
    static final int EFER = 0xc0000080;
    static final int STAR = 0xc0000081;
    static final int LSTAR = 0xc0000082;
    static final int CSTAR = 0xc0000083;
    static final int FMASK = 0xc0000084;
    static final int FS_BASE = 0xc0000100;
    static final int GS_BASE = 0xc0000101;
    static final int KERNEL_GS_BASE = 0xc0000102;

    private static final int MICROCODE_UPDATE = 0x79;
    private static final int MICROCODE_REVISION = 0x8b;
    private static final int AMD_MICROCODE_UPDATE = 0xc0010020;
    private static final long MICROCODE_REVISION_VALUE = 0x01000065L;

    private static final long APIC_ENABLED_BOOT_CPU = 0xfee00900L;
    private static final long APIC_ENABLE = 1 << 11;
    private static final long PAT_AT_RESET = 0x0007040600070406L;

    /** Kept as written, of no effect; sorted as unsigned numbers. Read-only ones of 0 are in {@link #ZERO}. */
    private static final int[] KEPT = {
        0x1a0, // MISC_ENABLE
        0x1d9, // DEBUGCTL
        0xc0000103, // TSC_AUX
        0xc0010010, // SYSCFG
        0xc0010015, // HWCR
        0xc001001a, // TOP_MEM
        0xc001001d, // TOP_MEM2
        0xc001001f, // NB_CFG
        0xc0010055, // interrupt pending
        0xc0010112, // SMM address
        0xc0010113, // SMM mask
        0xc0011020, // LS_CFG
        0xc0011023, // BU_CFG
        0xc0011029, // DE_CFG
    };

    private static final int TSC_AUX_INDEX = 2;

    /** Machine check (no banks), last branches. */
    private static final int[] ZERO = {0, 1, 0x179, 0x17a, 0x17b, 0x1db, 0x1dc, 0x1dd, 0x1de};

    private final SystemState state;
    private final X86Registers registers;
    private final Fault fault;
    private final Tlb tlb;
    private final SystemListener listener;
    private final Mtrrs mtrrs = new Mtrrs();
    private final long[] kept = new long[KEPT.length];
    private final int[] reported = new int[64];
    private int reportedCount;

    private long tscOffset;
    private long apicBase;
    private long pat;
    private long value;

    Msrs(SystemState state, X86Registers registers, Fault fault, Tlb tlb, SystemListener listener) {
        this.state = state;
        this.registers = registers;
        this.fault = fault;
        this.tlb = tlb;
        this.listener = listener;
        reset();
    }

    void reset() {
        mtrrs.reset();
        Arrays.fill(kept, 0);
        kept[0] = 1;
        setTscOffset(0);
        apicBase = APIC_ENABLED_BOOT_CPU;
        pat = PAT_AT_RESET;
    }

    /** What {@link #read} has read. */
    long value() {
        return value;
    }

    long apicBase() {
        return apicBase;
    }

    boolean apicEnabled() {
        return (apicBase & APIC_ENABLE) != 0;
    }

    private void setTscOffset(long offset) {
        tscOffset = offset;
        listener.tscOffset(offset);
    }

    /** The time-stamp counter at a virtual time in ns. */
    long tsc(long now) {
        return now + tscOffset;
    }

    long tscAux() {
        return kept[TSC_AUX_INDEX];
    }

    /** Whether RDTSC is allowed. */
    boolean mayReadTsc() {
        return state.cpl == 0 || (state.cr4 & Cr.CR4_TSD) == 0 || fault.raise(Vectors.PROTECTION);
    }

    /** RDMSR at a virtual time in ns. */
    boolean read(int register, long now) {
        if (state.cpl != 0) {
            return fault.raise(Vectors.PROTECTION);
        }
        switch (register) {
            case TSC -> value = tsc(now);
            case APIC_BASE -> value = apicBase;
            case MICROCODE_REVISION -> value = MICROCODE_REVISION_VALUE;
            case Mtrrs.CAPABILITIES -> value = Mtrrs.CAPABILITIES_VALUE;
            case SYSENTER_CS -> value = state.sysenterCs;
            case SYSENTER_ESP -> value = state.sysenterEsp;
            case SYSENTER_EIP -> value = state.sysenterEip;
            case PAT -> value = pat;
            case EFER -> value = state.efer;
            case STAR -> value = state.star;
            case LSTAR -> value = state.lstar;
            case CSTAR -> value = state.cstar;
            case FMASK -> value = state.fmask;
            case FS_BASE -> value = state.segment(Segment.FS).base;
            case GS_BASE -> value = state.segment(Segment.GS).base;
            case KERNEL_GS_BASE -> value = registers.kernelGsBase();
            default -> {
                return readKept(register);
            }
        }
        return true;
    }

    private boolean readKept(int register) {
        int index = index(register);
        if (index >= 0) {
            value = kept[index];
        } else if (Mtrrs.has(register)) {
            value = mtrrs.read(register);
        } else if (Arrays.binarySearch(ZERO, register) >= 0) {
            value = 0;
        } else {
            return unknown("read of MSR", register);
        }
        return true;
    }

    private static int index(int register) {
        for (int i = 0; i < KEPT.length; i++) {
            if (KEPT[i] == register) {
                return i;
            }
        }
        return -1;
    }

    /** WRMSR at a virtual time in ns. */
    boolean write(int register, long newValue, long now) {
        if (state.cpl != 0) {
            return fault.raise(Vectors.PROTECTION);
        }
        switch (register) {
            case TSC -> setTscOffset(newValue - now);
            case APIC_BASE -> {
                return writeApicBase(newValue);
            }
            case MICROCODE_UPDATE, AMD_MICROCODE_UPDATE, MICROCODE_REVISION -> {}
            case SYSENTER_CS -> state.sysenterCs = newValue & 0xffffffffL;
            case PAT -> {
                return writePat(newValue);
            }
            case EFER -> {
                return writeEfer(newValue);
            }
            case STAR -> state.star = newValue;
            case FMASK -> state.fmask = newValue & 0xffffffffL;
            case SYSENTER_ESP, SYSENTER_EIP, LSTAR, CSTAR, FS_BASE, GS_BASE, KERNEL_GS_BASE -> {
                return writeAddress(register, newValue);
            }
            default -> {
                return writeKept(register, newValue);
            }
        }
        return true;
    }

    private boolean writeAddress(int register, long address) {
        if (!Paging.canonical(address)) {
            return fault.raise(Vectors.PROTECTION);
        }
        switch (register) {
            case SYSENTER_ESP -> state.sysenterEsp = address;
            case SYSENTER_EIP -> state.sysenterEip = address;
            case LSTAR -> state.lstar = address;
            case CSTAR -> state.cstar = address;
            case FS_BASE -> state.segment(Segment.FS).base = address;
            case GS_BASE -> state.segment(Segment.GS).base = address;
            default -> registers.kernelGsBase(address);
        }
        state.publish();
        return true;
    }

    private boolean writeApicBase(long newValue) {
        long reserved = -1L << PageWalk.PHYSICAL_BITS | 0x6ff;
        if ((newValue & reserved) != 0) {
            return fault.raise(Vectors.PROTECTION);
        }
        apicBase = newValue;
        listener.apicBase(newValue);
        return true;
    }

    private boolean writePat(long newValue) {
        for (int i = 0; i < 8; i++) {
            int type = (int) (newValue >>> 8 * i) & 0xff;
            if (type > 7 || type == 2 || type == 3) {
                return fault.raise(Vectors.PROTECTION);
            }
        }
        pat = newValue;
        return true;
    }

    private boolean writeEfer(long newValue) {
        long writable = Cr.EFER_SCE | Cr.EFER_LME | Cr.EFER_NXE;
        boolean unknownBits = (newValue & ~(writable | Cr.EFER_LMA)) != 0;
        boolean whilePaging = state.paging() && ((state.efer ^ newValue) & Cr.EFER_LME) != 0;
        if (unknownBits || whilePaging) {
            return fault.raise(Vectors.PROTECTION);
        }
        long old = state.efer;
        state.efer = old & ~writable | newValue & writable;
        if (((old ^ state.efer) & Cr.EFER_NXE) != 0) {
            tlb.clear();
        }
        return true;
    }

    private boolean writeKept(int register, long newValue) {
        int index = index(register);
        if (index >= 0) {
            kept[index] = newValue;
            return true;
        }
        if (Mtrrs.has(register)) {
            return mtrrs.write(register, newValue) || fault.raise(Vectors.PROTECTION);
        }
        if (Arrays.binarySearch(ZERO, register) >= 0 && newValue == 0) {
            return true;
        }
        return unknown("write to MSR", register);
    }

    private boolean unknown(String what, int register) {
        boolean known = false;
        for (int i = 0; i < reportedCount; i++) {
            known |= reported[i] == register;
        }
        if (!known && reportedCount < reported.length) {
            reported[reportedCount++] = register;
            listener.unsupported(what, register & 0xffffffffL);
        }
        return fault.raise(Vectors.PROTECTION);
    }

    @Override
    public void save(StateOutput out) {
        mtrrs.save(out);
        for (long each : kept) {
            out.putLong(each);
        }
        out.putLong(tscOffset);
        out.putLong(apicBase);
        out.putLong(pat);
    }

    @Override
    public void restore(StateInput in) {
        mtrrs.restore(in);
        for (int i = 0; i < kept.length; i++) {
            kept[i] = in.getLong();
        }
        setTscOffset(in.getLong());
        apicBase = in.getLong();
        pat = in.getLong();
    }
}
