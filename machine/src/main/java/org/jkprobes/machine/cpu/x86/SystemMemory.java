package org.jkprobes.machine.cpu.x86;

/** Memory at linear addresses, on one page or two: descriptor tables, task states, stacks. */
final class SystemMemory {
    private static final int PAGE = 1 << 12;

    private final SystemState state;
    private final Paging paging;
    private final PhysicalMemory memory;

    private long value;

    SystemMemory(SystemState state, Paging paging, PhysicalMemory memory) {
        this.state = state;
        this.paging = paging;
        this.memory = memory;
    }

    /** What was read last, zero-extended. */
    long value() {
        return value;
    }

    /** Addresses wrap at 4 GiB outside long mode. */
    private long wrap(long linear) {
        return state.longMode() ? linear : linear & 0xffffffffL;
    }

    boolean read(long linear, int size, int privilege) {
        long at = wrap(linear);
        int first = Math.min(size, PAGE - (int) (at & PAGE - 1));
        long physical = paging.translate(at, Access.READ, privilege);
        if (physical < 0) {
            return false;
        }
        if (first == size) {
            value = memory.load(physical, size);
            return true;
        }
        long second = paging.translate(wrap(at + first), Access.READ, privilege);
        if (second < 0) {
            return false;
        }
        long bytes = 0;
        for (int i = 0; i < size; i++) {
            bytes |= memory.load(i < first ? physical + i : second + i - first, 1) << 8 * i;
        }
        value = bytes;
        return true;
    }

    boolean write(long linear, int size, long newValue, int privilege) {
        long at = wrap(linear);
        int first = Math.min(size, PAGE - (int) (at & PAGE - 1));
        long physical = paging.translate(at, Access.WRITE, privilege);
        if (physical < 0) {
            return false;
        }
        if (first == size) {
            memory.store(physical, size, newValue);
            return true;
        }
        long second = paging.translate(wrap(at + first), Access.WRITE, privilege);
        if (second < 0) {
            return false;
        }
        for (int i = 0; i < size; i++) {
            memory.store(i < first ? physical + i : second + i - first, 1, newValue >>> 8 * i & 0xff);
        }
        return true;
    }

    /** Whether a write there would not fault; notes the exception if it would. */
    boolean mayWrite(long linear, int size, int privilege) {
        long at = wrap(linear);
        if (paging.translate(at, Access.WRITE, privilege) < 0) {
            return false;
        }
        boolean crosses = (at & PAGE - 1) + size > PAGE;
        return !crosses || paging.translate(wrap(at + size - 1), Access.WRITE, privilege) >= 0;
    }
}
