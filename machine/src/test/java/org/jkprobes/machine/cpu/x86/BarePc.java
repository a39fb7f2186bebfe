package org.jkprobes.machine.cpu.x86;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;

/** The system part of a CPU with 16 MiB of RAM and plain registers, and the tables that tests want built. */
final class BarePc implements X86Registers, PhysicalMemory, SystemListener {
    static final int GDT = 0x1000;
    static final int IDT = 0x2000;
    static final int TSS = 0x3000;
    static final int LDT = 0x3800;
    static final int ROOT = 0x10000;
    static final int STACK_TOP = 0x8000;
    static final int INNER_STACK_TOP = 0x9000;
    static final int HANDLERS = 0x5000;

    // Selectors of the flat GDT.
    static final int KERNEL_CS = 0x08;
    static final int KERNEL_DS = 0x10;
    static final int USER_CS32 = 0x18;
    static final int USER_DS = 0x20;
    static final int USER_CS = 0x28;
    static final int TSS_SELECTOR = 0x40;

    static final int CODE_ACCESS = 0x9b;
    static final int DATA_ACCESS = 0x93;

    private final ByteBuffer ram = ByteBuffer.allocate(16 << 20).order(ByteOrder.LITTLE_ENDIAN);
    private final long[] gprs = new long[16];
    private long rip;
    private long arithmetic;
    private long systemFlags;
    private long kernelGsBase;
    final long[] bases = new long[6];
    final int[] selectors = new int[6];
    final List<String> log = new ArrayList<>();
    final X86System system;
    final SystemState state;
    private int nextTable = ROOT + 0x1000;

    BarePc() {
        system = new X86System(this, this, this);
        state = system.state;
    }

    // ---- descriptors ----

    static long descriptor(long base, long limit, int access, int flags) {
        return limit & 0xffff
                | (base & 0xffffff) << 16
                | (long) access << 40
                | (limit >>> 16 & 0xf) << 48
                | (long) flags << 52
                | (base >>> 24 & 0xff) << 56;
    }

    void gdt(int selector, long descriptor) {
        ram.putLong(GDT + (selector & ~7), descriptor);
    }

    void gate(int vector, int selector, long target, int access) {
        ram.putLong(
                IDT + 8 * vector, target & 0xffff | (long) selector << 16 | (long) access << 40 | target >>> 16 << 48);
    }

    void wideGate(int vector, int selector, long target, int access, int ist) {
        int at = IDT + 16 * vector;
        ram.putLong(
                at,
                target & 0xffff | (long) selector << 16 | (long) ist << 32 | (long) access << 40 | target >>> 16 << 48);
        ram.putLong(at + 8, target >>> 32);
    }

    /** Real mode at 0070:0000, stack segment 0. */
    void transferToReal() {
        must(system.transfers.jump(0x70, 0, 2, 0));
        state.idtLimit = 0x3ff;
    }

    /** 32-bit protected mode, flat, no paging, CPL 0, all 32 exception gates at HANDLERS + 16 * vector. */
    BarePc protected32() {
        must(system.controls.write(0, Cr.CR0_PE | Cr.CR0_ET));
        flatGdt(0xc);
        gdt(TSS_SELECTOR, descriptor(TSS, 0x2067, 0x89, 0));
        must(system.tableRegisters.loadGdt(GDT, 0xff));
        must(system.tableRegisters.loadIdt(IDT, 0x7ff));
        must(system.transfers.jump(KERNEL_CS, 0x100, 4, 0));
        loadData(KERNEL_DS);
        must(system.segments.load(Segment.SS, KERNEL_DS));
        ram.putInt(TSS + 4, INNER_STACK_TOP);
        ram.putInt(TSS + 8, KERNEL_DS);
        must(system.tableRegisters.loadTask(TSS_SELECTOR));
        for (int vector = 0; vector < 32; vector++) {
            gate(vector, KERNEL_CS, HANDLERS + 16 * vector, 0x8e);
        }
        gpr(RSP, STACK_TOP);
        return this;
    }

    /** Long mode, CPL 0, the first GiB mapped to itself for all, gates as in {@link #protected32}. */
    BarePc long64() {
        flatGdt(0xc);
        gdt(KERNEL_CS, descriptor(0, 0xfffff, CODE_ACCESS, 0xa));
        gdt(USER_CS, descriptor(0, 0xfffff, CODE_ACCESS | 0x60, 0xa));
        gdt(TSS_SELECTOR, descriptor(TSS, 0x2067, 0x89, 0));
        ram.putLong(GDT + TSS_SELECTOR + 8, 0);
        ram.putLong(ROOT, ROOT + 0x1000 | 7);
        ram.putLong(ROOT + 0x1000, 0x87);
        nextTable = ROOT + 0x2000;
        must(system.controls.write(4, Cr.CR4_PAE | Cr.CR4_PGE | Cr.CR4_OSFXSR));
        must(system.controls.write(3, ROOT));
        must(system.msrs.write(Msrs.EFER, Cr.EFER_LME | Cr.EFER_NXE | Cr.EFER_SCE, 0));
        must(system.controls.write(0, Cr.CR0_PE | Cr.CR0_PG | Cr.CR0_WP | Cr.CR0_ET));
        must(system.tableRegisters.loadGdt(GDT, 0xff));
        must(system.transfers.jump(KERNEL_CS, 0x100, 4, 0));
        must(system.tableRegisters.loadIdt(IDT, 0xfff));
        loadData(KERNEL_DS);
        must(system.segments.load(Segment.SS, KERNEL_DS));
        ram.putLong(TSS + 4, INNER_STACK_TOP);
        must(system.tableRegisters.loadTask(TSS_SELECTOR));
        for (int vector = 0; vector < 32; vector++) {
            wideGate(vector, KERNEL_CS, HANDLERS + 16 * vector, 0x8e, 0);
        }
        gpr(RSP, STACK_TOP);
        return this;
    }

    private void flatGdt(int flags) {
        gdt(KERNEL_CS, descriptor(0, 0xfffff, CODE_ACCESS, flags));
        gdt(KERNEL_DS, descriptor(0, 0xfffff, DATA_ACCESS, 0xc));
        gdt(USER_CS32, descriptor(0, 0xfffff, CODE_ACCESS | 0x60, 0xc));
        gdt(USER_DS, descriptor(0, 0xfffff, DATA_ACCESS | 0x60, 0xc));
    }

    void loadData(int selector) {
        for (int number : new int[] {Segment.ES, Segment.DS, Segment.FS, Segment.GS}) {
            must(system.segments.load(number, selector));
        }
    }

    /** Goes to CPL 3 by a hand-made IRET frame. */
    void enterUser(int cs, long ip, long sp, long flags) {
        loadData(USER_DS | 3);
        int size = state.longMode() ? 8 : 4;
        long at = gpr(RSP) - 5L * size;
        long[] frame = {ip, cs, flags, sp, USER_DS | 3};
        for (int i = 0; i < 5; i++) {
            store(at + (long) i * size, size, frame[i]);
        }
        gpr(RSP, at);
        must(system.returns.interruptReturn(size, 0));
    }

    private void must(boolean done) {
        if (!done) {
            throw new AssertionError(
                    "refused: vector " + system.fault.vector() + ", error " + system.fault.errorCode());
        }
    }

    /** A fresh page for a table. */
    int table() {
        int at = nextTable;
        nextTable += 0x1000;
        return at;
    }

    /** All that a program can see of the CPU. */
    String visible() {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            Segment s = state.segment(i);
            all.append(String.format("%d:%x/%x/%x/%x ", i, s.selector, s.base, s.limit, s.attributes));
        }
        for (long gpr : gprs) {
            all.append(Long.toHexString(gpr)).append(' ');
        }
        return all.append(String.format(
                        "rip %x flags %x cpl %d cr0 %x cr3 %x tr %x mode %x",
                        rip, rflags(), state.cpl, state.cr0, state.cr3, state.tr.selector, state.modeBits()))
                .toString();
    }

    byte[] snapshot() {
        StateOutput out = new StateOutput();
        system.save(out);
        return out.toByteArray();
    }

    void restore(byte[] snapshot) {
        system.restore(new StateInput(snapshot));
    }

    // ---- what the system part asks for ----

    @Override
    public long gpr(int number) {
        return gprs[number];
    }

    @Override
    public void gpr(int number, long value) {
        gprs[number] = value;
    }

    @Override
    public long rip() {
        return rip;
    }

    @Override
    public void rip(long value) {
        rip = value;
    }

    @Override
    public long rflags() {
        return arithmetic | systemFlags | Flag.FIXED;
    }

    @Override
    public void rflags(long value) {
        arithmetic = value & (Flag.ARITHMETIC | Flag.DF);
        systemFlags = value & Flag.SYSTEM;
    }

    @Override
    public long systemFlags() {
        return systemFlags;
    }

    @Override
    public void systemFlags(long value) {
        systemFlags = value;
    }

    @Override
    public long gsBase() {
        return bases[Segment.GS];
    }

    @Override
    public long kernelGsBase() {
        return kernelGsBase;
    }

    @Override
    public void kernelGsBase(long value) {
        kernelGsBase = value;
    }

    /** As the guest's code does it: nobody is told. */
    void swapGs() {
        long base = bases[Segment.GS];
        bases[Segment.GS] = kernelGsBase;
        kernelGsBase = base;
    }

    @Override
    public long load(long physical, int size) {
        int at = Math.toIntExact(physical);
        return switch (size) {
            case 1 -> ram.get(at) & 0xffL;
            case 2 -> ram.getShort(at) & 0xffffL;
            case 4 -> ram.getInt(at) & 0xffffffffL;
            default -> ram.getLong(at);
        };
    }

    @Override
    public void store(long physical, int size, long value) {
        int at = Math.toIntExact(physical);
        switch (size) {
            case 1 -> ram.put(at, (byte) value);
            case 2 -> ram.putShort(at, (short) value);
            case 4 -> ram.putInt(at, (int) value);
            default -> ram.putLong(at, value);
        }
    }

    @Override
    public void segmentBase(int segment, long base) {
        bases[segment] = base;
    }

    @Override
    public void gdtBase(long base) {}

    @Override
    public void tscOffset(long offset) {}

    @Override
    public void selector(int segment, int selector, long descriptor) {
        selectors[segment] = selector;
    }

    @Override
    public void forgetPage(long linear) {
        log.add("page " + Long.toHexString(linear));
    }

    @Override
    public void forgetDataPage(long linear) {
        log.add("page " + Long.toHexString(linear));
    }

    @Override
    public void forgetLocal() {
        log.add("local");
    }

    @Override
    public void forgetAllMapped() {
        log.add("all");
    }

    @Override
    public void shutdown(boolean asked) {
        log.add(asked ? "shutdown as asked" : "shutdown");
    }

    @Override
    public void apicBase(long value) {
        log.add("apic " + Long.toHexString(value));
    }

    @Override
    public void taskPriority(int value) {
        log.add("priority " + value);
    }

    @Override
    public void unsupported(String what, long detail) {
        log.add("unsupported " + what + " " + Long.toHexString(detail));
    }
}
