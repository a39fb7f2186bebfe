package org.jkprobes.machine.cpu.x86;

/**
 * A stack that frames are pushed on or popped from, the present one or one to be switched to. First all that a frame needs is asked
 * for, then it is pushed, which cannot fail; RSP changes when told.
 */
final class Stack {
    private static final long WHOLE = -1;
    private static final long LOW_32 = 0xffffffffL;

    private final SystemState state;
    private final Fault fault;
    private final SystemMemory memory;
    private final X86Registers registers;
    private final Segment segment = new Segment();

    private long pointer;
    private long mask;
    private int privilege;
    private int faultSelector;

    Stack(SystemState state, Fault fault, SystemMemory memory, X86Registers registers) {
        this.state = state;
        this.fault = fault;
        this.memory = memory;
        this.registers = registers;
    }

    /** Works on SS:RSP as they are. */
    void usePresent() {
        Segment ss = state.segment(Segment.SS);
        segment.copy(ss);
        boolean wide = state.in64BitMode();
        mask = wide ? WHOLE : maskOf(ss);
        pointer = registers.gpr(X86Registers.RSP) & mask;
        privilege = state.privilege();
        faultSelector = 0;
    }

    /** Works on a 64-bit stack. */
    void useWide(long newPointer, int cpl) {
        mask = WHOLE;
        pointer = newPointer;
        privilege = privilegeOf(cpl);
        faultSelector = 0;
    }

    /** Works on the stack segment of a descriptor; faults about it will tell its selector. */
    void use(int selector, long descriptor, long newPointer, int cpl) {
        segment.load(selector, descriptor);
        mask = maskOf(segment);
        pointer = newPointer & mask;
        privilege = privilegeOf(cpl);
        faultSelector = selector;
    }

    private static int privilegeOf(int cpl) {
        return cpl == 3 ? Privilege.USER : Privilege.SUPERVISOR;
    }

    static long maskOf(Segment ss) {
        return (ss.attributes & Segment.BIG) != 0 ? LOW_32 : 0xffff;
    }

    /** The present value of RSP, of the width that a stack has. */
    long pointer() {
        return pointer;
    }

    private long linear(long offset) {
        return mask == WHOLE ? offset : segment.base + offset & LOW_32;
    }

    private boolean mayTouch(long offset, int size) {
        boolean inside = mask == WHOLE
                ? Paging.canonical(offset) && Paging.canonical(offset + size - 1)
                : segment.within(offset, size);
        return inside || fault.selector(Vectors.STACK, faultSelector);
    }

    /** Whether so many items can be pushed; notes the exception if not. */
    boolean room(int count, int size) {
        for (int i = 1; i <= count; i++) {
            long offset = pointer - (long) i * size & mask;
            if (!mayTouch(offset, size) || !memory.mayWrite(linear(offset), size, privilege)) {
                return false;
            }
        }
        return true;
    }

    /** Pushes what there is {@link #room} for. */
    void push(long value, int size) {
        pointer = pointer - size & mask;
        if (!memory.write(linear(pointer), size, value, privilege)) {
            throw new IllegalStateException("pushed without room");
        }
    }

    /** Reads an item, the top one being 0, into {@link SystemMemory#value}. */
    boolean read(int item, int size) {
        long offset = pointer + (long) item * size & mask;
        return mayTouch(offset, size) && memory.read(linear(offset), size, privilege);
    }

    /** Takes bytes off. */
    void drop(long bytes) {
        pointer = pointer + bytes & mask;
    }

    /** Makes RSP what this stack's pointer is. */
    void commit() {
        setPointer(pointer, mask);
    }

    /** Sets RSP, ESP or SP. */
    void setPointer(long value, long width) {
        long old = registers.gpr(X86Registers.RSP);
        registers.gpr(X86Registers.RSP, width == 0xffff ? old & ~width | value & width : value & width);
    }
}
