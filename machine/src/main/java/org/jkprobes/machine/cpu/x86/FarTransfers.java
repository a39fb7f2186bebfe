package org.jkprobes.machine.cpu.x86;

/** Far JMP and CALL: to a code segment, by a call gate, or to a task. (SDM vol. 3, 5.8; vol. 2, CALL, JMP.) */
final class FarTransfers {
    private static final int CALL_GATE_16 = 4;
    private static final int CALL_GATE = 12;

    private final SystemState state;
    private final Fault fault;
    private final X86Registers registers;
    private final SystemMemory memory;
    private final DescriptorTables tables;
    private final SegmentLoads segments;
    private final TaskState task;
    private final Stack stack;
    private final Stack oldStack;
    private final CodeTargets targets;
    private final TaskSwitch tasks;

    private long gateHigh;

    FarTransfers(X86System system) {
        state = system.state;
        fault = system.fault;
        registers = system.registers;
        memory = system.memory;
        tables = system.tables;
        segments = system.segments;
        task = system.task;
        tasks = system.tasks;
        stack = system.stack;
        oldStack = new Stack(state, fault, memory, registers);
        targets = new CodeTargets(state, fault, tables);
    }

    /** {@code nextRip} is the address after the instruction, to which a task that is left by it would go on. */
    boolean jump(int selector, long offset, int operandSize, long nextRip) {
        return go(selector & 0xffff, CodeTargets.truncate(offset, operandSize), operandSize, false, nextRip);
    }

    boolean call(int selector, long offset, int operandSize, long returnRip) {
        return go(selector & 0xffff, CodeTargets.truncate(offset, operandSize), operandSize, true, returnRip);
    }

    private boolean go(int selector, long offset, int size, boolean call, long returnRip) {
        if (state.plainSegments()) {
            return goReal(selector, offset, size, call, returnRip);
        }
        if (Segment.isNull(selector)) {
            return fault.raise(Vectors.PROTECTION);
        }
        if (!tables.read(selector, Vectors.PROTECTION)) {
            return false;
        }
        int attributes = tables.attributes();
        int type = Segment.systemType(attributes);
        if (type == CALL_GATE || type == CALL_GATE_16 && !state.longMode()) {
            return goByGate(selector, type, call, returnRip);
        }
        if (type >= 0 && tasks.isTask(type)) {
            return tasks.transfer(selector, call, returnRip);
        }
        int dpl = Segment.dpl(attributes);
        boolean fits =
                Segment.isConforming(attributes) ? dpl <= state.cpl : (selector & 3) <= state.cpl && dpl == state.cpl;
        if (!targets.check(selector, fits) || !targets.checkOffset(offset)) {
            return false;
        }
        if (call) {
            stack.usePresent();
            if (!stack.room(2, size)) {
                return false;
            }
        }
        if (!tables.markAccessed()) {
            return false;
        }
        finish(selector, offset, state.cpl, size, call, returnRip);
        return true;
    }

    private boolean goReal(int selector, long offset, int size, boolean call, long returnRip) {
        Segment cs = state.segment(Segment.CS);
        if (offset > cs.limit) {
            return fault.raise(Vectors.PROTECTION);
        }
        if (call) {
            stack.usePresent();
            if (!stack.room(2, size)) {
                return false;
            }
            stack.push(cs.selector, size);
            stack.push(returnRip, size);
            stack.commit();
        }
        state.loadPlain(Segment.CS, selector);
        registers.rip(offset);
        return true;
    }

    private boolean goByGate(int gateSelector, int type, boolean call, long returnRip) {
        int attributes = tables.attributes();
        int gateDpl = Segment.dpl(attributes);
        if (gateDpl < state.cpl || gateDpl < (gateSelector & 3)) {
            return fault.selector(Vectors.PROTECTION, gateSelector);
        }
        if ((attributes & Segment.PRESENT) == 0) {
            return fault.selector(Vectors.NOT_PRESENT, gateSelector);
        }
        long gate = tables.descriptor();
        gateHigh = 0;
        if (state.longMode()) {
            if (!tables.readHigh(gateSelector, Vectors.PROTECTION)) {
                return false;
            }
            gateHigh = tables.high();
        }
        int selector = (int) (gate >>> 16) & 0xffff;
        if (Segment.isNull(selector)) {
            return fault.raise(Vectors.PROTECTION);
        }
        if (!tables.read(selector, Vectors.PROTECTION)) {
            return false;
        }
        boolean conforming = Segment.isConforming(tables.attributes());
        int dpl = Segment.dpl(tables.attributes());
        boolean fits = conforming || call ? dpl <= state.cpl : dpl == state.cpl;
        boolean wide = !state.longMode() || targets.is64Bit();
        long offset = gate & 0xffff | (type == CALL_GATE ? gate >>> 48 << 16 : 0) | gateHigh << 32;
        if (!targets.check(selector, fits && wide) || !targets.checkOffset(offset) || !tables.markAccessed()) {
            return false;
        }
        int size = state.longMode() ? 8 : type == CALL_GATE ? 4 : 2;
        if (call && !conforming && dpl < state.cpl) {
            return callInner(selector, offset, dpl, size, (int) (gate >>> 32) & 31, returnRip);
        }
        if (call) {
            stack.usePresent();
            if (!stack.room(2, size)) {
                return false;
            }
        }
        finish(selector, offset, state.cpl, size, call, returnRip);
        return true;
    }

    private boolean callInner(int selector, long offset, int level, int size, int parameters, long returnRip) {
        long code = tables.descriptor();
        oldStack.usePresent();
        int copied = state.longMode() ? 0 : parameters;
        int newStack = level;
        long stackDescriptor = 0;
        if (state.longMode()) {
            if (!task.readWideStack(level)) {
                return false;
            }
            stack.useWide(task.pointer(), level);
        } else {
            if (!task.readStack(level)) {
                return false;
            }
            newStack = task.selector();
            if (Segment.isNull(newStack)) {
                return fault.selector(Vectors.INVALID_TSS, newStack);
            }
            if (!segments.checkStack(newStack, level, Vectors.INVALID_TSS) || !tables.markAccessed()) {
                return false;
            }
            stackDescriptor = tables.descriptor();
            stack.use(newStack, stackDescriptor, task.pointer(), level);
        }
        if (!stack.room(4 + copied, size) || copied > 0 && !oldStack.read(copied - 1, size)) {
            return false;
        }
        stack.push(state.segment(Segment.SS).selector, size);
        stack.push(registers.gpr(X86Registers.RSP), size);
        for (int i = copied - 1; i >= 0; i--) {
            if (!oldStack.read(i, size)) {
                return false;
            }
            stack.push(memory.value(), size);
        }
        stack.push(state.segment(Segment.CS).selector, size);
        stack.push(returnRip, size);
        stack.commit();
        state.cpl = level;
        if (state.longMode()) {
            state.segment(Segment.SS).set(level, 0, 0, 0);
        } else {
            state.load(Segment.SS, newStack, stackDescriptor);
        }
        state.load(Segment.CS, selector & ~3 | level, code);
        registers.rip(offset);
        return true;
    }

    /** Pushes for a call, where there is room, and loads CS and RIP with the descriptor that was read last. */
    private void finish(int selector, long offset, int level, int size, boolean call, long returnRip) {
        if (call) {
            stack.push(state.segment(Segment.CS).selector, size);
            stack.push(returnRip, size);
            stack.commit();
        }
        state.load(Segment.CS, selector & ~3 | level, tables.descriptor());
        registers.rip(offset);
    }
}
