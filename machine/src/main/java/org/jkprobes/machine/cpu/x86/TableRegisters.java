package org.jkprobes.machine.cpu.x86;

/** LGDT, LIDT, LLDT, LTR; what SGDT, SIDT, SLDT, STR store is in {@link SystemState}. (SDM vol. 2.) */
final class TableRegisters {
    private static final int LDT = 2;
    private static final int TSS_16 = 1;
    private static final int TSS = 9;
    private static final long BUSY = 2L << 40;

    private final SystemState state;
    private final Fault fault;
    private final DescriptorTables tables;
    private final SystemMemory memory;

    TableRegisters(SystemState state, Fault fault, DescriptorTables tables, SystemMemory memory) {
        this.state = state;
        this.fault = fault;
        this.tables = tables;
        this.memory = memory;
    }

    boolean loadGdt(long base, int limit) {
        if (!mayLoad(base)) {
            return false;
        }
        state.gdt(base, limit & 0xffff);
        return true;
    }

    boolean loadIdt(long base, int limit) {
        if (!mayLoad(base)) {
            return false;
        }
        state.idtBase = base;
        state.idtLimit = limit & 0xffff;
        return true;
    }

    private boolean mayLoad(long base) {
        return state.cpl == 0 && (!state.in64BitMode() || Paging.canonical(base)) || fault.raise(Vectors.PROTECTION);
    }

    /** SLDT and STR exist in protected mode only. */
    boolean mayStore() {
        return !state.plainSegments() || fault.raise(Vectors.UNDEFINED);
    }

    boolean loadLdt(int selector) {
        int wanted = selector & 0xffff;
        if (!mayLoadSystem()) {
            return false;
        }
        if (Segment.isNull(wanted)) {
            state.ldtr.set(wanted, 0, 0, 0);
            return true;
        }
        return read(wanted, LDT, LDT) && commit(state.ldtr, wanted);
    }

    boolean loadTask(int selector) {
        int wanted = selector & 0xffff;
        if (!mayLoadSystem()) {
            return false;
        }
        if (Segment.isNull(wanted)) {
            return fault.raise(Vectors.PROTECTION);
        }
        if (!read(wanted, TSS, state.longMode() ? TSS : TSS_16)) {
            return false;
        }
        long busy = tables.descriptor() | BUSY;
        if (!memory.write(tables.address() + 4, 4, busy >>> 32, Privilege.SUPERVISOR)) {
            return false;
        }
        boolean loaded = commit(state.tr, wanted);
        state.tr.attributes |= 2;
        return loaded;
    }

    private boolean mayLoadSystem() {
        if (state.plainSegments()) {
            return fault.raise(Vectors.UNDEFINED);
        }
        return state.cpl == 0 || fault.raise(Vectors.PROTECTION);
    }

    private boolean read(int selector, int type, int otherType) {
        if ((selector & 4) != 0) {
            return fault.selector(Vectors.PROTECTION, selector);
        }
        if (!tables.read(selector, Vectors.PROTECTION)
                || state.longMode() && !tables.readHigh(selector, Vectors.PROTECTION)) {
            return false;
        }
        int attributes = tables.attributes();
        int found = Segment.systemType(attributes);
        if (found != type && found != otherType) {
            return fault.selector(Vectors.PROTECTION, selector);
        }
        return (attributes & Segment.PRESENT) != 0 || fault.selector(Vectors.NOT_PRESENT, selector);
    }

    private boolean commit(Segment register, int selector) {
        long upper = state.longMode() ? tables.high() << 32 : 0;
        register.load(selector, tables.descriptor());
        register.base |= upper;
        return true;
    }
}
