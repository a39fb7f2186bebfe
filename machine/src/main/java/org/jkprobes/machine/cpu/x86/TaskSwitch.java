package org.jkprobes.machine.cpu.x86;

/**
 * Task switches by a task gate in the IDT (what i386 kernels use for the double fault), by far transfers, and by IRET. 32-bit TSSs only. (SDM vol.
 * 3, 7.3.) A fault that comes when the new task's segments are loaded is one of the new task: then, alone among the system
 * operations, false does not mean that nothing has changed.
 */
final class TaskSwitch {
    private static final int AVAILABLE = 9;
    private static final int BUSY = 11;
    private static final int TASK_GATE = 5;
    private static final long BUSY_BIT = 2L << 40;
    private static final int LAST_BYTE = 0x67;

    // Offsets in a TSS.
    private static final int LINK = 0;
    private static final int CR3 = 0x1c;
    private static final int EIP = 0x20;
    private static final int EFLAGS = 0x24;
    private static final int GPRS = 0x28;
    private static final int SEGMENTS = 0x48;
    private static final int LDT = 0x60;

    private final SystemState state;
    private final Fault fault;
    private final SystemMemory memory;
    private final X86Registers registers;
    private final DescriptorTables tables;
    private final SegmentLoads segments;
    private final Stack stack;
    private final Tlb tlb;
    private final SystemListener listener;
    /** The new task's TSS. */
    private final int[] words = new int[(LAST_BYTE + 1) / 4];

    TaskSwitch(X86System system, SystemListener listener) {
        state = system.state;
        fault = system.fault;
        memory = system.memory;
        registers = system.registers;
        tables = system.tables;
        segments = system.segments;
        stack = system.stack;
        tlb = system.tlb;
        this.listener = listener;
    }

    /** An event whose gate is a task gate. */
    boolean interrupt(int selector, boolean hasErrorCode, int errorCode, long flags, long returnRip) {
        if (!read(selector, AVAILABLE, Vectors.PROTECTION)) {
            return false;
        }
        return nest(selector, flags, returnRip) && (!hasErrorCode || pushError(errorCode));
    }

    /** To the task whose descriptor was read last; its IRET will lead back. */
    private boolean nest(int selector, long flags, long returnRip) {
        long descriptor = tables.descriptor();
        long base = Segment.base(descriptor);
        boolean written = mayLeave()
                && memory.mayWrite(base, 4, Privilege.SUPERVISOR)
                && memory.write(tables.address() + 4, 4, (descriptor | BUSY_BIT) >>> 32, Privilege.SUPERVISOR);
        if (!written || !leave(flags, returnRip)) {
            return false;
        }
        if (!memory.write(base + LINK, 2, state.tr.selector, Privilege.SUPERVISOR)) {
            return false;
        }
        return enter(selector, descriptor, Flag.NT);
    }

    /** Whether a far transfer to a descriptor of this system type switches tasks. */
    boolean isTask(int type) {
        return !state.longMode() && (type == AVAILABLE || type == TASK_GATE);
    }

    /** A far JMP or CALL to the task, or task gate, whose descriptor was read last. */
    boolean transfer(int selector, boolean call, long nextRip) {
        int attributes = tables.attributes();
        int dpl = Segment.dpl(attributes);
        if (dpl < state.cpl || dpl < (selector & 3)) {
            return fault.selector(Vectors.PROTECTION, selector);
        }
        int task = selector;
        if (Segment.systemType(attributes) == TASK_GATE) {
            if ((attributes & Segment.PRESENT) == 0) {
                return fault.selector(Vectors.NOT_PRESENT, selector);
            }
            task = (int) (tables.descriptor() >>> 16) & 0xffff;
        }
        if (!read(task, AVAILABLE, Vectors.PROTECTION)) {
            return false;
        }
        if (call) {
            return nest(task, registers.rflags(), nextRip);
        }
        long descriptor = tables.descriptor();
        return mayLeave()
                && memory.write(tables.address() + 4, 4, (descriptor | BUSY_BIT) >>> 32, Privilege.SUPERVISOR)
                && free()
                && leave(registers.rflags(), nextRip)
                && enter(task, descriptor, 0);
    }

    /** The present task is no longer busy. */
    private boolean free() {
        return tables.read(state.tr.selector, Vectors.INVALID_TSS)
                && memory.write(
                        tables.address() + 4, 4, (tables.descriptor() & ~BUSY_BIT) >>> 32, Privilege.SUPERVISOR);
    }

    /** IRET with NT. */
    boolean back(long nextRip) {
        if (!memory.read(state.tr.base + LINK, 2, Privilege.SUPERVISOR)) {
            return false;
        }
        int selector = (int) memory.value();
        if (!tables.within(state.tr.selector, 8) || !mayLeave()) {
            return fault.selector(Vectors.INVALID_TSS, state.tr.selector);
        }
        if (!read(selector, BUSY, Vectors.INVALID_TSS)) {
            return false;
        }
        long descriptor = tables.descriptor();
        if (!tables.read(state.tr.selector, Vectors.INVALID_TSS)) {
            return false;
        }
        long freed = tables.descriptor() & ~BUSY_BIT;
        return memory.write(tables.address() + 4, 4, freed >>> 32, Privilege.SUPERVISOR)
                && leave(registers.rflags() & ~Flag.NT, nextRip)
                && enter(selector, descriptor, 0);
    }

    /** Reads and checks a TSS descriptor, and the TSS into {@link #words}; the descriptor is the one read last. */
    private boolean read(int selector, int type, int vector) {
        if (Segment.isNull(selector) || (selector & 4) != 0) {
            return fault.selector(vector, selector);
        }
        if (!tables.read(selector, vector)) {
            return false;
        }
        int attributes = tables.attributes();
        if (Segment.systemType(attributes) != type) {
            listener.unsupported("task switch to other than a 32-bit TSS", selector);
            return fault.selector(vector, selector);
        }
        if ((attributes & Segment.PRESENT) == 0) {
            return fault.selector(Vectors.NOT_PRESENT, selector);
        }
        if (Segment.limit(tables.descriptor()) < LAST_BYTE) {
            return fault.selector(Vectors.INVALID_TSS, selector);
        }
        long base = Segment.base(tables.descriptor());
        for (int i = 0; i < words.length; i++) {
            if (!memory.read(base + 4L * i, 4, Privilege.SUPERVISOR)) {
                return false;
            }
            words[i] = (int) memory.value();
        }
        return true;
    }

    private boolean mayLeave() {
        long base = state.tr.base;
        return state.tr.limit >= LAST_BYTE && memory.mayWrite(base + EIP, LDT - EIP, Privilege.SUPERVISOR);
    }

    private boolean leave(long flags, long rip) {
        boolean written = save(EIP, rip) && save(EFLAGS, flags);
        for (int i = 0; i < 8; i++) {
            written = written && save(GPRS + 4 * i, registers.gpr(i));
        }
        for (int i = 0; i < 6; i++) {
            written = written && save(SEGMENTS + 4 * i, state.segment(i).selector);
        }
        return written;
    }

    private boolean save(int offset, long value) {
        return memory.write(state.tr.base + offset, 4, value & 0xffffffffL, Privilege.SUPERVISOR);
    }

    private long word(int offset) {
        return words[offset / 4] & 0xffffffffL;
    }

    private boolean enter(int selector, long descriptor, long addedFlags) {
        state.tr.load(selector, descriptor | BUSY_BIT);
        state.cr0 |= Cr.CR0_TS;
        if (state.paging()) {
            state.cr3 = word(CR3);
            tlb.clearLocal();
        }
        for (int i = 0; i < 8; i++) {
            registers.gpr(i, word(GPRS + 4 * i));
        }
        registers.rflags(word(EFLAGS) & Flag.ALL | addedFlags);
        for (int i = 0; i < 6; i++) {
            state.segment(i).set((int) word(SEGMENTS + 4 * i) & 0xffff, 0, 0, 0);
        }
        state.publish();
        registers.rip(word(EIP));
        state.cpl = state.segment(Segment.CS).selector & 3;
        state.dr[7] &= ~0x155L;
        if (state.virtual8086()) {
            state.cpl = 3;
            for (int i = 0; i < 6; i++) {
                state.loadPlain(i, state.segment(i).selector);
            }
            registers.rip(word(EIP));
            return loadLdt((int) word(LDT) & 0xffff);
        }
        return loadLdt((int) word(LDT) & 0xffff) && loadCode() && loadStack() && loadData();
    }

    private boolean loadLdt(int selector) {
        state.ldtr.set(selector, 0, 0, 0);
        if (Segment.isNull(selector)) {
            return true;
        }
        if ((selector & 4) != 0) {
            return fault.selector(Vectors.INVALID_TSS, selector);
        }
        if (!tables.read(selector, Vectors.INVALID_TSS)) {
            return false;
        }
        boolean fits = Segment.systemType(tables.attributes()) == 2 && (tables.attributes() & Segment.PRESENT) != 0;
        if (!fits) {
            return fault.selector(Vectors.INVALID_TSS, selector);
        }
        state.ldtr.load(selector, tables.descriptor());
        return true;
    }

    private boolean loadCode() {
        int selector = state.segment(Segment.CS).selector;
        if (Segment.isNull(selector) || !tables.read(selector, Vectors.INVALID_TSS)) {
            return fault.selector(Vectors.INVALID_TSS, selector);
        }
        int attributes = tables.attributes();
        int dpl = Segment.dpl(attributes);
        boolean fits = Segment.isConforming(attributes) ? dpl <= state.cpl : dpl == state.cpl;
        if (!Segment.isCode(attributes) || !fits) {
            return fault.selector(Vectors.INVALID_TSS, selector);
        }
        if ((attributes & Segment.PRESENT) == 0) {
            return fault.selector(Vectors.NOT_PRESENT, selector);
        }
        if (!tables.markAccessed()) {
            return false;
        }
        state.load(Segment.CS, selector, tables.descriptor());
        registers.rip(word(EIP));
        return true;
    }

    private boolean loadStack() {
        int selector = state.segment(Segment.SS).selector;
        if (Segment.isNull(selector)) {
            return fault.selector(Vectors.INVALID_TSS, selector);
        }
        if (!segments.checkStack(selector, state.cpl, Vectors.INVALID_TSS) || !tables.markAccessed()) {
            return false;
        }
        state.load(Segment.SS, selector, tables.descriptor());
        return true;
    }

    private boolean loadData() {
        return loadData(Segment.ES) && loadData(Segment.DS) && loadData(Segment.FS) && loadData(Segment.GS);
    }

    private boolean loadData(int number) {
        int selector = state.segment(number).selector;
        if (segments.load(number, selector)) {
            return true;
        }
        return fault.vector() == Vectors.PROTECTION ? fault.selector(Vectors.INVALID_TSS, selector) : false;
    }

    private boolean pushError(int errorCode) {
        stack.usePresent();
        if (!stack.room(1, 4)) {
            return false;
        }
        stack.push(errorCode, 4);
        stack.commit();
        return true;
    }
}
