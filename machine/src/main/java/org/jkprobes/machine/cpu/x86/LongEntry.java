package org.jkprobes.machine.cpu.x86;

/** Interrupts and exceptions in long mode: gates of 16 bytes, frames of 8-byte words, interrupt stacks. (SDM vol. 3, 6.14.) */
final class LongEntry implements Entry {
    private static final int IDT = 2;
    private static final int INTERRUPT_GATE = 14;
    private static final int TRAP_GATE = 15;

    private final SystemState state;
    private final Fault fault;
    private final SystemMemory memory;
    private final Stack stack;
    private final X86Registers registers;
    private final DescriptorTables tables;
    private final TaskState task;

    LongEntry(X86System system) {
        state = system.state;
        fault = system.fault;
        memory = system.memory;
        stack = system.stack;
        registers = system.registers;
        tables = system.tables;
        task = system.task;
    }

    @Override
    public boolean enter(int vector, Kind kind, boolean hasErrorCode, int errorCode, long flags, long returnRip) {
        int about = vector * 8 | IDT;
        if (vector * 16 + 15 > state.idtLimit) {
            return fault.raise(Vectors.PROTECTION, about);
        }
        long at = state.idtBase + vector * 16L;
        if (!memory.read(at + 8, 4, Privilege.SUPERVISOR)) {
            return false;
        }
        long high = memory.value();
        if (!memory.read(at, 8, Privilege.SUPERVISOR)) {
            return false;
        }
        long gate = memory.value();
        int attributes = Segment.attributes(gate);
        int type = Segment.systemType(attributes);
        if (type != INTERRUPT_GATE && type != TRAP_GATE
                || kind == Kind.SOFTWARE && Segment.dpl(attributes) < state.cpl) {
            return fault.raise(Vectors.PROTECTION, about);
        }
        if ((attributes & Segment.PRESENT) == 0) {
            return fault.raise(Vectors.NOT_PRESENT, about);
        }
        int selector = (int) (gate >>> 16) & 0xffff;
        long target = gate & 0xffff | gate >>> 48 << 16 | high << 32;
        if (!checkCode(selector)) {
            return false;
        }
        long code = tables.descriptor();
        int level = Segment.isConforming(Segment.attributes(code)) ? state.cpl : Segment.dpl(Segment.attributes(code));
        if (!chooseStack(level, (int) (gate >>> 32) & 7) || !stack.room(hasErrorCode ? 6 : 5, 8)) {
            return false;
        }
        if (!Paging.canonical(target)) {
            return fault.raise(Vectors.PROTECTION);
        }
        stack.push(state.segment(Segment.SS).selector, 8);
        stack.push(registers.gpr(X86Registers.RSP), 8);
        stack.push(flags, 8);
        stack.push(state.segment(Segment.CS).selector, 8);
        stack.push(returnRip, 8);
        if (hasErrorCode) {
            stack.push(errorCode, 8);
        }
        stack.commit();
        if (level != state.cpl) {
            state.segment(Segment.SS).set(level, 0, 0, 0);
        }
        state.cpl = level;
        state.load(Segment.CS, selector & ~3 | level, code);
        long cleared = Flag.TF | Flag.NT | Flag.RF | Flag.VM | (type == TRAP_GATE ? 0 : Flag.IF);
        registers.rflags(registers.rflags() & ~cleared);
        registers.rip(target);
        return true;
    }

    private boolean checkCode(int selector) {
        if (Segment.isNull(selector)) {
            return fault.raise(Vectors.PROTECTION);
        }
        if (!tables.read(selector, Vectors.PROTECTION)) {
            return false;
        }
        int attributes = tables.attributes();
        boolean wide = (attributes & (Segment.LONG | Segment.BIG)) == Segment.LONG;
        if (!Segment.isCode(attributes) || !wide || Segment.dpl(attributes) > state.cpl) {
            return fault.selector(Vectors.PROTECTION, selector);
        }
        if ((attributes & Segment.PRESENT) == 0) {
            return fault.selector(Vectors.NOT_PRESENT, selector);
        }
        return tables.markAccessed();
    }

    private boolean chooseStack(int level, int interruptStack) {
        long pointer = registers.gpr(X86Registers.RSP);
        if (interruptStack != 0) {
            if (!task.readInterruptStack(interruptStack)) {
                return false;
            }
            pointer = task.pointer();
        } else if (level < state.cpl) {
            if (!task.readWideStack(level)) {
                return false;
            }
            pointer = task.pointer();
        }
        stack.useWide(pointer & -16, level);
        return true;
    }
}
