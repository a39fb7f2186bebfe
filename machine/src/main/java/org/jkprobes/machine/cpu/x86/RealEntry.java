package org.jkprobes.machine.cpu.x86;

/** Interrupts and exceptions in real mode: a table of far pointers, no error codes. (SDM vol. 3, 20.1.4.) */
final class RealEntry implements Entry {
    private final SystemState state;
    private final Fault fault;
    private final SystemMemory memory;
    private final Stack stack;
    private final X86Registers registers;

    RealEntry(SystemState state, Fault fault, SystemMemory memory, Stack stack, X86Registers registers) {
        this.state = state;
        this.fault = fault;
        this.memory = memory;
        this.stack = stack;
        this.registers = registers;
    }

    @Override
    public boolean enter(int vector, Kind kind, boolean hasErrorCode, int errorCode, long flags, long returnRip) {
        if (vector * 4 + 3 > state.idtLimit) {
            return fault.raise(Vectors.PROTECTION);
        }
        if (!memory.read(state.idtBase + vector * 4L, 4, Privilege.SUPERVISOR)) {
            return false;
        }
        int pointer = (int) memory.value();
        stack.usePresent();
        if (!stack.room(3, 2)) {
            return false;
        }
        Segment cs = state.segment(Segment.CS);
        stack.push(flags, 2);
        stack.push(cs.selector, 2);
        stack.push(returnRip, 2);
        stack.commit();
        cs.selector = pointer >>> 16;
        cs.base = (long) cs.selector << 4;
        state.publish();
        registers.rflags(registers.rflags() & ~(Flag.IF | Flag.TF | Flag.AC | Flag.RF));
        registers.rip(pointer & 0xffff);
        return true;
    }
}
