package org.jkprobes.machine.cpu.x86;

/** What is read from the task-state segment: stacks and the I/O map. (SDM vol. 3, 7.2 and 7.7.) */
final class TaskState {
    private static final int WIDE_TYPES = 8;

    private final SystemState state;
    private final Fault fault;
    private final SystemMemory memory;

    private long pointer;
    private int selector;

    TaskState(SystemState state, Fault fault, SystemMemory memory) {
        this.state = state;
        this.fault = fault;
        this.memory = memory;
    }

    /** RSP, ESP or SP as read last. */
    long pointer() {
        return pointer;
    }

    /** SS as read last. */
    int selector() {
        return selector;
    }

    boolean read(int offset, int size) {
        if (offset + size - 1 > state.tr.limit) {
            return fault.selector(Vectors.INVALID_TSS, state.tr.selector);
        }
        return memory.read(state.tr.base + offset, size, Privilege.SUPERVISOR);
    }

    /** Reads SS and (E)SP for a privilege level, from a 32- or 16-bit TSS. */
    boolean readStack(int level) {
        boolean wide = (state.tr.attributes & WIDE_TYPES) != 0;
        int size = wide ? 4 : 2;
        int at = wide ? 4 + 8 * level : 2 + 4 * level;
        if (!read(at, size)) {
            return false;
        }
        long read = memory.value();
        if (!read(at + size, 2)) {
            return false;
        }
        pointer = read;
        selector = (int) memory.value();
        return true;
    }

    /** Reads RSP for a privilege level from a 64-bit TSS. */
    boolean readWideStack(int level) {
        return readWide(4 + 8 * level);
    }

    /** Reads an interrupt stack, 1 to 7. */
    boolean readInterruptStack(int number) {
        return readWide(0x24 + 8 * (number - 1));
    }

    private boolean readWide(int at) {
        if (!read(at, 8)) {
            return false;
        }
        pointer = memory.value();
        return Paging.canonical(pointer) || fault.raise(Vectors.STACK);
    }
}
