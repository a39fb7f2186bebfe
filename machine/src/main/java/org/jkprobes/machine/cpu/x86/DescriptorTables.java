package org.jkprobes.machine.cpu.x86;

/** Reads descriptors from the GDT and the LDT, and marks them accessed. (SDM vol. 3, 3.5.) */
final class DescriptorTables {
    private static final long ACCESSED = 1L << 40;

    private final SystemState state;
    private final Fault fault;
    private final SystemMemory memory;

    private long descriptor;
    private long high;
    private long address;

    DescriptorTables(SystemState state, Fault fault, SystemMemory memory) {
        this.state = state;
        this.fault = fault;
        this.memory = memory;
    }

    /** The 8 bytes that were read last. */
    long descriptor() {
        return descriptor;
    }

    int attributes() {
        return Segment.attributes(descriptor);
    }

    /** Where the descriptor that was read last lies. */
    long address() {
        return address;
    }

    /** The second 8 bytes of the 16 of a system descriptor in long mode, after {@link #readHigh}. */
    long high() {
        return high;
    }

    /** Whether the table has such a descriptor. */
    boolean within(int selector, int size) {
        boolean local = (selector & 4) != 0;
        if (local && !state.ldtr.present()) {
            return false;
        }
        long limit = local ? state.ldtr.limit : state.gdtLimit;
        return (selector & 0xfff8) + size - 1 <= limit;
    }

    /** Reads the descriptor of a selector that is not null; outside the table it is {@code vector} with the selector. */
    boolean read(int selector, int vector) {
        if (!within(selector, 8)) {
            return fault.selector(vector, selector);
        }
        address = ((selector & 4) != 0 ? state.ldtr.base : state.gdtBase) + (selector & 0xfff8);
        if (!memory.read(address, 8, Privilege.SUPERVISOR)) {
            return false;
        }
        descriptor = memory.value();
        return true;
    }

    /** Reads the second half of a descriptor of 16 bytes. */
    boolean readHigh(int selector, int vector) {
        if (!within(selector, 16)) {
            return fault.selector(vector, selector);
        }
        if (!memory.read(address + 8, 8, Privilege.SUPERVISOR)) {
            return false;
        }
        high = memory.value();
        if ((high >>> 40 & 0x1f) != 0) {
            return fault.selector(vector, selector);
        }
        return true;
    }

    /** Sets the accessed bit of the code or data descriptor that was read last, if it is not set. */
    boolean markAccessed() {
        if ((descriptor & ACCESSED) != 0) {
            return true;
        }
        long marked = descriptor | ACCESSED;
        if (!memory.write(address + 4, 4, marked >>> 32, Privilege.SUPERVISOR)) {
            return false;
        }
        descriptor = marked;
        return true;
    }
}
