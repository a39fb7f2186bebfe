package org.jkprobes.machine.cpu.x86;

/** Interrupts and exceptions by the gates of protected mode, 16- and 32-bit. (SDM vol. 3, 6.11 and 6.12; vol. 2, INT.) */
final class ProtectedEntry implements Entry {
    private static final int TASK_GATE = 5;
    private static final int TYPE_32 = 8;
    private static final int TYPE_TRAP = 1;
    /** In error codes: the index is of the IDT. */
    private static final int IDT = 2;

    private final SystemState state;
    private final Fault fault;
    private final SystemMemory memory;
    private final Stack stack;
    private final X86Registers registers;
    private final DescriptorTables tables;
    private final SegmentLoads segments;
    private final TaskState task;
    private final TaskSwitch switching;

    private long newStackDescriptor;
    private boolean inner;

    ProtectedEntry(X86System system) {
        state = system.state;
        fault = system.fault;
        memory = system.memory;
        stack = system.stack;
        registers = system.registers;
        tables = system.tables;
        segments = system.segments;
        task = system.task;
        switching = system.tasks;
    }

    @Override
    public boolean enter(int vector, Kind kind, boolean hasErrorCode, int errorCode, long flags, long returnRip) {
        int about = vector * 8 | IDT;
        if (vector * 8 + 7 > state.idtLimit) {
            return fault.raise(Vectors.PROTECTION, about);
        }
        if (!memory.read(state.idtBase + vector * 8L, 8, Privilege.SUPERVISOR)) {
            return false;
        }
        long gate = memory.value();
        int attributes = Segment.attributes(gate);
        int type = Segment.systemType(attributes);
        boolean isGate = type == TASK_GATE || type == 6 || type == 7 || type == 14 || type == 15;
        if (!isGate || kind == Kind.SOFTWARE && Segment.dpl(attributes) < state.cpl) {
            return fault.raise(Vectors.PROTECTION, about);
        }
        if ((attributes & Segment.PRESENT) == 0) {
            return fault.raise(Vectors.NOT_PRESENT, about);
        }
        int selector = (int) (gate >>> 16) & 0xffff;
        if (type == TASK_GATE) {
            return switching.interrupt(selector, hasErrorCode, errorCode, flags, returnRip);
        }
        long target = gate & 0xffff | ((type & TYPE_32) != 0 ? gate >>> 48 << 16 : 0);
        if (!checkCode(selector)) {
            return false;
        }
        long code = tables.descriptor();
        int level = Segment.isConforming(Segment.attributes(code)) ? state.cpl : Segment.dpl(Segment.attributes(code));
        int size = (type & TYPE_32) != 0 ? 4 : 2;
        boolean virtual = state.virtual8086();
        if (virtual && level != 0) {
            return fault.selector(Vectors.PROTECTION, selector);
        }
        int words = (virtual ? 9 : inner(level) ? 5 : 3) + (hasErrorCode ? 1 : 0);
        if (!chooseStack(level) || !stack.room(words, size)) {
            return false;
        }
        if (target > Segment.limit(code)) {
            return fault.raise(Vectors.PROTECTION);
        }
        int newStack = task.selector();
        if (virtual) {
            pushSegments(size);
        }
        if (inner) {
            stack.push(state.segment(Segment.SS).selector, size);
            stack.push(registers.gpr(X86Registers.RSP), size);
        }
        stack.push(flags, size);
        stack.push(state.segment(Segment.CS).selector, size);
        stack.push(returnRip, size);
        if (hasErrorCode) {
            stack.push(errorCode, size);
        }
        stack.commit();
        if (inner) {
            state.load(Segment.SS, newStack, newStackDescriptor);
        }
        state.cpl = level;
        state.load(Segment.CS, selector & ~3 | level, code);
        long cleared = Flag.TF | Flag.NT | Flag.RF | Flag.VM | ((type & TYPE_TRAP) != 0 ? 0 : Flag.IF);
        registers.rflags(registers.rflags() & ~cleared);
        for (int number = Segment.ES; virtual && number <= Segment.GS; number++) {
            if (number != Segment.CS && number != Segment.SS) {
                segments.clear(number, 0);
            }
        }
        registers.rip(target);
        return true;
    }

    /** What protected mode would not find there is pushed, and forgotten. */
    private void pushSegments(int size) {
        for (int number : new int[] {Segment.GS, Segment.FS, Segment.DS, Segment.ES}) {
            stack.push(state.segment(number).selector, size);
        }
    }

    private boolean checkCode(int selector) {
        if (Segment.isNull(selector)) {
            return fault.raise(Vectors.PROTECTION);
        }
        if (!tables.read(selector, Vectors.PROTECTION)) {
            return false;
        }
        int attributes = tables.attributes();
        if (!Segment.isCode(attributes) || Segment.dpl(attributes) > state.cpl) {
            return fault.selector(Vectors.PROTECTION, selector);
        }
        if ((attributes & Segment.PRESENT) == 0) {
            return fault.selector(Vectors.NOT_PRESENT, selector);
        }
        return tables.markAccessed();
    }

    private boolean inner(int level) {
        return level < state.cpl;
    }

    private boolean chooseStack(int level) {
        inner = inner(level);
        if (!inner) {
            stack.usePresent();
            return true;
        }
        if (!task.readStack(level)) {
            return false;
        }
        int selector = task.selector();
        if (Segment.isNull(selector)) {
            return fault.selector(Vectors.INVALID_TSS, selector);
        }
        if (!segments.checkStack(selector, level, Vectors.INVALID_TSS) || !tables.markAccessed()) {
            return false;
        }
        newStackDescriptor = tables.descriptor();
        stack.use(selector, newStackDescriptor, task.pointer(), level);
        return true;
    }
}
