package org.jkprobes.machine.cpu.x86;

/** IRET and far RET, to the same or an outer privilege. (SDM vol. 2, IRET, RET; vol. 3, 6.14.3.) */
final class Returns {
    private final SystemState state;
    private final Fault fault;
    private final X86Registers registers;
    private final SystemMemory memory;
    private final DescriptorTables tables;
    private final SegmentLoads segments;
    private final TaskSwitch tasks;
    private final Stack stack;
    private final CodeTargets targets;
    private final X86System system;

    // What a frame holds.
    private long rip;
    private int cs;
    private long rsp;
    private int ss;
    private final long[] virtual = new long[6];

    Returns(X86System system) {
        this.system = system;
        state = system.state;
        fault = system.fault;
        registers = system.registers;
        memory = system.memory;
        tables = system.tables;
        segments = system.segments;
        tasks = system.tasks;
        stack = system.stack;
        targets = new CodeTargets(state, fault, tables);
    }

    /** {@code nextRip} is the address after the IRET, to which a task that is left by it would go on. */
    boolean interruptReturn(int size, long nextRip) {
        if (!system.flags.may()) {
            return false;
        }
        if (!state.plainSegments() && state.flag(Flag.NT)) {
            return state.longMode() ? fault.raise(Vectors.PROTECTION) : tasks.back(nextRip);
        }
        stack.usePresent();
        if (!readTarget(size) || !stack.read(2, size)) {
            return false;
        }
        long flags = memory.value();
        int level = state.cpl;
        if (state.plainSegments()) {
            if (!goReal()) {
                return false;
            }
            stack.drop(3L * size);
            stack.commit();
        } else {
            if (size == 4 && !state.longMode() && (flags & Flag.VM) != 0 && level == 0) {
                return goVirtual(flags);
            }
            boolean withStack = state.in64BitMode() || (cs & 3) > level;
            stack.drop(3L * size);
            if (withStack && !readStack(size) || !go(withStack, 0)) {
                return false;
            }
        }
        returnFlags(flags, size, level);
        state.nmiBlocked = false;
        return true;
    }

    /** Far RET, which takes {@code bytes} of arguments off both stacks. */
    boolean farReturn(int size, int bytes) {
        stack.usePresent();
        if (!readTarget(size)) {
            return false;
        }
        stack.drop(2L * size + bytes);
        if (state.plainSegments()) {
            if (!goReal()) {
                return false;
            }
            stack.commit();
            return true;
        }
        boolean outer = (cs & 3) > state.cpl;
        return (!outer || readStack(size)) && go(outer, bytes);
    }

    private boolean readTarget(int size) {
        if (!stack.read(0, size)) {
            return false;
        }
        rip = memory.value();
        if (!stack.read(1, size)) {
            return false;
        }
        cs = (int) memory.value() & 0xffff;
        return true;
    }

    private boolean readStack(int size) {
        if (!stack.read(0, size)) {
            return false;
        }
        rsp = memory.value();
        if (!stack.read(1, size)) {
            return false;
        }
        ss = (int) memory.value() & 0xffff;
        return true;
    }

    private boolean goReal() {
        Segment segment = state.segment(Segment.CS);
        if (rip > segment.limit) {
            return fault.raise(Vectors.PROTECTION);
        }
        state.loadPlain(Segment.CS, cs);
        registers.rip(rip);
        return true;
    }

    /** To virtual 8086 mode: behind the frame there are SP and the other segment registers. */
    private boolean goVirtual(long flags) {
        for (int i = 0; i < virtual.length; i++) {
            if (!stack.read(3 + i, 4)) {
                return false;
            }
            virtual[i] = memory.value();
        }
        registers.rflags(flags & Flag.ALL);
        state.cpl = 3;
        state.loadPlain(Segment.CS, cs);
        state.loadPlain(Segment.SS, (int) virtual[1] & 0xffff);
        state.loadPlain(Segment.ES, (int) virtual[2] & 0xffff);
        state.loadPlain(Segment.DS, (int) virtual[3] & 0xffff);
        state.loadPlain(Segment.FS, (int) virtual[4] & 0xffff);
        state.loadPlain(Segment.GS, (int) virtual[5] & 0xffff);
        registers.gpr(X86Registers.RSP, virtual[0]);
        registers.rip(rip & 0xffff);
        state.nmiBlocked = false;
        return true;
    }

    /** Checks and loads CS:RIP and, if the frame has it, SS:RSP; else takes the frame off. */
    private boolean go(boolean withStack, int bytes) {
        int level = cs & 3;
        if (Segment.isNull(cs)) {
            return fault.raise(Vectors.PROTECTION);
        }
        if (level < state.cpl) {
            return fault.selector(Vectors.PROTECTION, cs);
        }
        if (!tables.read(cs, Vectors.PROTECTION)) {
            return false;
        }
        int attributes = tables.attributes();
        int dpl = Segment.dpl(attributes);
        boolean fits = Segment.isConforming(attributes) ? dpl <= level : dpl == level;
        if (!targets.check(cs, fits)) {
            return false;
        }
        long code = tables.descriptor();
        boolean to64Bit = targets.is64Bit();
        // What is wrong with the stack comes first.
        boolean inside = targets.holds(rip);
        if (!inside && !withStack) {
            return fault.raise(Vectors.PROTECTION);
        }
        if (inside && !tables.markAccessed()) {
            return false;
        }
        boolean noStack = withStack && Segment.isNull(ss);
        if (noStack) {
            if (!to64Bit || level == 3 || (ss & 3) != level) {
                return fault.raise(Vectors.PROTECTION);
            }
        } else if (withStack) {
            if (!segments.checkStack(ss, level, Vectors.PROTECTION)) {
                return false;
            }
        }
        if (!inside) {
            return fault.raise(Vectors.PROTECTION);
        }
        if (withStack && !noStack && !tables.markAccessed()) {
            return false;
        }
        boolean outer = level > state.cpl;
        state.cpl = level;
        if (!withStack) {
            stack.commit();
        } else if (noStack) {
            state.segment(Segment.SS).set(ss, 0, 0, 0);
        } else {
            state.segment(Segment.SS).load(ss, tables.descriptor());
        }
        state.load(Segment.CS, cs, code);
        registers.rip(rip);
        if (withStack) {
            long mask = to64Bit ? -1 : Stack.maskOf(state.segment(Segment.SS));
            stack.setPointer(rsp + bytes, mask);
        }
        if (outer) {
            hide(Segment.ES, level);
            hide(Segment.DS, level);
            hide(Segment.FS, level);
            hide(Segment.GS, level);
        }
        return true;
    }

    /** The outer privilege must not go on with a segment that it could not have loaded. */
    private void hide(int number, int level) {
        int attributes = state.segment(number).attributes;
        boolean anyPrivilege = Segment.isCode(attributes) && Segment.isConforming(attributes);
        if ((attributes & Segment.CODE_OR_DATA) != 0 && !anyPrivilege && Segment.dpl(attributes) < level) {
            segments.clear(number, 0);
        }
    }

    private void returnFlags(long flags, int size, int oldLevel) {
        long mask = Flag.ARITHMETIC | Flag.DF | Flag.TF | Flag.NT;
        mask |= size > 2 ? Flag.RF | Flag.AC | Flag.ID : 0;
        mask |= oldLevel == 0 ? Flag.IOPL : 0;
        mask |= oldLevel == 0 && size > 2 && !state.realMode() ? Flag.VIF | Flag.VIP : 0;
        mask |= oldLevel <= state.iopl() ? Flag.IF : 0;
        registers.rflags(registers.rflags() & ~mask | flags & mask);
    }
}
