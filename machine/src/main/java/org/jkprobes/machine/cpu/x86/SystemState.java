package org.jkprobes.machine.cpu.x86;

import java.util.Arrays;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Stateful;

/** The system registers and what follows from them. (SDM vol. 3, chapter 2; reset values: table 9-1.) */
final class SystemState implements Stateful {

    private final Segment[] segments;
    final Segment ldtr = new Segment();
    final Segment tr = new Segment();

    long gdtBase;
    int gdtLimit;
    long idtBase;
    int idtLimit;

    long cr0;
    long cr2;
    long cr3;
    long cr4;
    int cr8;
    long efer;
    final long[] dr = new long[8];

    long star;
    long lstar;
    long cstar;
    long fmask;
    long sysenterCs;
    long sysenterEsp;
    long sysenterEip;

    int cpl;
    /** The instruction before was STI or loaded SS: no interrupt yet. */
    boolean interruptShadow;
    /** NMIs are held until IRET. */
    boolean nmiBlocked;

    private final long[] published = new long[6];
    private final int[] publishedSelectors = new int[6];
    private final long[] publishedDescriptors = new long[6];
    /** {@link #segmentBits} as they were when last published: asked for much more often than they change. */
    private int publishedBits;

    private final X86Registers registers;
    private final SystemListener listener;

    SystemState(X86Registers registers, SystemListener listener) {
        this.registers = registers;
        this.listener = listener;
        Segment[] six = new Segment[6];
        Arrays.setAll(six, i -> new Segment());
        segments = six;
        reset();
    }

    void reset() {
        seeGsBase();
        for (Segment segment : segments) {
            segment.set(0, 0, 0xffff, Segment.PRESENT | Segment.CODE_OR_DATA | Segment.READ_WRITE | Segment.ACCESSED);
        }
        segments[Segment.CS].selector = 0xf000;
        segments[Segment.CS].base = 0xffff0000L;
        segments[Segment.CS].attributes |= Segment.CODE;
        ldtr.set(0, 0, 0xffff, Segment.PRESENT | 2);
        tr.set(0, 0, 0xffff, Segment.PRESENT | 11);
        gdtBase = 0;
        gdtLimit = 0xffff;
        idtBase = 0;
        idtLimit = 0xffff;
        cr0 = Cr.CR0_CD | Cr.CR0_NW | Cr.CR0_ET;
        cr2 = 0;
        cr3 = 0;
        cr4 = 0;
        cr8 = 0;
        efer = 0;
        Arrays.fill(dr, 0);
        dr[6] = 0xffff0ff0L;
        dr[7] = 0x400;
        star = 0;
        lstar = 0;
        cstar = 0;
        fmask = 0;
        registers.kernelGsBase(0);
        sysenterCs = 0;
        sysenterEsp = 0;
        sysenterEip = 0;
        cpl = 0;
        registers.systemFlags(0);
        interruptShadow = false;
        nmiBlocked = false;
        publishAll();
    }

    Segment segment(int number) {
        if (number == Segment.GS) {
            seeGsBase();
        }
        return segments[number];
    }

    /** SWAPGS may have changed GS's base; unless that has been changed here and not {@link #publish}ed yet. */
    private void seeGsBase() {
        Segment gs = segments[Segment.GS];
        if (gs.base == published[Segment.GS]) {
            gs.base = registers.gsBase();
            published[Segment.GS] = gs.base;
        }
    }

    /** LGDT. */
    void gdt(long base, int limit) {
        gdtBase = base;
        gdtLimit = limit;
        for (Segment segment : segments) {
            segment.descriptor = 0;
        }
        publish();
        listener.gdtBase(base);
    }

    /** Loads a segment register with what has been checked. */
    void load(int number, int selector, long descriptor) {
        segment(number).load(selector, descriptor);
        if (number == Segment.CS) {
            // The bases of others count or not.
            publish();
        } else {
            publish(number);
            publishedBits = segmentBits();
        }
    }

    boolean realMode() {
        return (cr0 & Cr.CR0_PE) == 0;
    }

    boolean virtual8086() {
        return flag(Flag.VM) && !realMode();
    }

    /** Segment registers hold addresses, and there are no descriptors: in real and in virtual 8086 mode. */
    boolean plainSegments() {
        return realMode() || flag(Flag.VM);
    }

    /** Loads a segment register with an address of real or virtual 8086 mode. */
    void loadPlain(int number, int selector) {
        Segment segment = segment(number);
        if (virtual8086()) {
            segment.set(selector, (long) selector << 4, 0xffff, Segment.VIRTUAL_8086);
        } else {
            segment.set(selector, (long) selector << 4, segment.limit, segment.attributes);
        }
        publish();
    }

    /** Long mode is active, be the code 64-bit or not. */
    boolean longMode() {
        return (efer & Cr.EFER_LMA) != 0;
    }

    boolean in64BitMode() {
        return longMode() && (segments[Segment.CS].attributes & Segment.LONG) != 0;
    }

    boolean paging() {
        return (cr0 & Cr.CR0_PG) != 0;
    }

    int iopl() {
        return (int) registers.systemFlags() >>> 12 & 3;
    }

    boolean flag(long flag) {
        return (registers.systemFlags() & flag) != 0;
    }

    void set(long flag) {
        registers.systemFlags(registers.systemFlags() | flag);
    }

    void clear(long flag) {
        registers.systemFlags(registers.systemFlags() & ~flag);
    }

    /** As what an access of the program counts. */
    int privilege() {
        if (cpl == 3) {
            return Privilege.USER;
        }
        return flag(Flag.AC) && (cr4 & Cr.CR4_SMAP) != 0 ? Privilege.SUPERVISOR_AC : Privilege.SUPERVISOR;
    }

    /** Whether the program's misaligned accesses raise #AC. */
    boolean checksAlignment() {
        return cpl == 3 && (cr0 & Cr.CR0_AM) != 0 && flag(Flag.AC);
    }

    /** The base that an access by a segment adds. */
    long base(int number) {
        if (number == Segment.GS) {
            seeGsBase();
        }
        return number < Segment.FS && in64BitMode() ? 0 : segments[number].base;
    }

    /** Tells the listener what has changed of the segment registers. */
    void publish() {
        for (int i = 0; i < published.length; i++) {
            publish(i);
        }
        publishedBits = segmentBits();
    }

    private void publish(int number) {
        long base = base(number);
        Segment segment = segments[number];
        if (published[number] != base
                || publishedSelectors[number] != segment.selector
                || publishedDescriptors[number] != segment.descriptor) {
            tell(number, base);
        }
    }

    private void tell(int number, long base) {
        Segment segment = segments[number];
        published[number] = base;
        publishedSelectors[number] = segment.selector;
        publishedDescriptors[number] = segment.descriptor;
        listener.segmentBase(number, base);
        listener.selector(number, segment.selector, segment.descriptor);
    }

    /** Tells the listener all that it must know, whatever it knew. */
    private void publishAll() {
        for (int i = 0; i < published.length; i++) {
            tell(i, i < Segment.FS && in64BitMode() ? 0 : segments[i].base);
        }
        publishedBits = segmentBits();
        listener.gdtBase(gdtBase);
    }

    /** {@link ModeBits} as they are now. */
    int modeBits() {
        int bits = privilege();
        bits |= flag(Flag.TF) ? ModeBits.TRAP : 0;
        bits |= cpl != 0 ? ModeBits.UNPRIVILEGED : 0;
        bits |= cpl != 0 && (cr4 & Cr.CR4_TSD) != 0 ? ModeBits.NO_TIME_STAMP : 0;
        boolean fpuReady = (cr0 & (Cr.CR0_TS | Cr.CR0_EM)) == 0 && (cr4 & Cr.CR4_OSFXSR) != 0;
        bits |= fpuReady ? 0 : ModeBits.FPU_CHECK;
        bits |= (dr[7] & 0xff) != 0 ? DebugRegisters.modeBits(dr[7]) : 0;
        if (in64BitMode()) {
            return bits | ModeBits.LONG;
        }
        assert publishedBits == segmentBits() : "segments have changed, and nobody was told";
        return bits | publishedBits | (plainSegments() ? ModeBits.REAL : 0);
    }

    private int segmentBits() {
        Segment cs = segments[Segment.CS];
        Segment ss = segments[Segment.SS];
        Segment ds = segments[Segment.DS];
        Segment es = segments[Segment.ES];
        int bits = (cs.attributes & Segment.BIG) != 0 ? ModeBits.CODE_BIG : 0;
        bits |= (ss.attributes & Segment.BIG) != 0 ? ModeBits.STACK_BIG : 0;
        bits |= (ss.base | ds.base | es.base) != 0 ? ModeBits.DATA_BASE : 0;
        bits |= cs.base != 0 ? ModeBits.CODE_BASE : 0;
        bits |= ss.flatData() && ds.flatData() && es.flatData() ? 0 : ModeBits.DATA_LIMIT;
        bits |= segments[Segment.FS].flatData() ? 0 : ModeBits.FS_LIMIT;
        bits |= segments[Segment.GS].flatData() ? 0 : ModeBits.GS_LIMIT;
        return bits | (cs.limit == 0xffffffffL ? 0 : ModeBits.CODE_LIMIT);
    }

    @Override
    public void save(StateOutput out) {
        seeGsBase();
        for (Segment segment : segments) {
            segment.save(out);
        }
        ldtr.save(out);
        tr.save(out);
        for (long value : longs()) {
            out.putLong(value);
        }
        for (long value : dr) {
            out.putLong(value);
        }
        out.putInt(gdtLimit);
        out.putInt(idtLimit);
        out.putInt(cr8);
        out.putInt(cpl);
        out.putBoolean(interruptShadow);
        out.putBoolean(nmiBlocked);
    }

    private long[] longs() {
        return new long[] {
            gdtBase,
            idtBase,
            cr0,
            cr2,
            cr3,
            cr4,
            efer,
            star,
            lstar,
            cstar,
            fmask,
            registers.kernelGsBase(),
            sysenterCs,
            sysenterEsp,
            sysenterEip,
            registers.systemFlags()
        };
    }

    @Override
    public void restore(StateInput in) {
        for (Segment segment : segments) {
            segment.restore(in);
        }
        ldtr.restore(in);
        tr.restore(in);
        gdtBase = in.getLong();
        idtBase = in.getLong();
        cr0 = in.getLong();
        cr2 = in.getLong();
        cr3 = in.getLong();
        cr4 = in.getLong();
        efer = in.getLong();
        star = in.getLong();
        lstar = in.getLong();
        cstar = in.getLong();
        fmask = in.getLong();
        registers.kernelGsBase(in.getLong());
        sysenterCs = in.getLong();
        sysenterEsp = in.getLong();
        sysenterEip = in.getLong();
        registers.systemFlags(in.getLong());
        for (int i = 0; i < dr.length; i++) {
            dr[i] = in.getLong();
        }
        gdtLimit = in.getInt();
        idtLimit = in.getInt();
        cr8 = in.getInt();
        cpl = in.getInt();
        interruptShadow = in.getBoolean();
        nmiBlocked = in.getBoolean();
        publishAll();
    }
}
