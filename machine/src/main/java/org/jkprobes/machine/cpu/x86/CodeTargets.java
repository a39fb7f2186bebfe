package org.jkprobes.machine.cpu.x86;

/** Checks that jumps, calls and returns to another code segment have in common. The descriptor is the one that was read last. */
final class CodeTargets {
    private final SystemState state;
    private final Fault fault;
    private final DescriptorTables tables;

    CodeTargets(SystemState state, Fault fault, DescriptorTables tables) {
        this.state = state;
        this.fault = fault;
        this.tables = tables;
    }

    /** Whether it is code, of a privilege as told, present, and of one width. */
    boolean check(int selector, boolean privilegeFits) {
        int attributes = tables.attributes();
        boolean bothWidths =
                state.longMode() && (attributes & (Segment.LONG | Segment.BIG)) == (Segment.LONG | Segment.BIG);
        if (!Segment.isCode(attributes) || !privilegeFits || bothWidths) {
            return fault.selector(Vectors.PROTECTION, selector);
        }
        return (attributes & Segment.PRESENT) != 0 || fault.selector(Vectors.NOT_PRESENT, selector);
    }

    boolean is64Bit() {
        return state.longMode() && (tables.attributes() & Segment.LONG) != 0;
    }

    /** Whether an offset may be jumped to. */
    boolean checkOffset(long offset) {
        return holds(offset) || fault.raise(Vectors.PROTECTION);
    }

    /** The same, without the exception. */
    boolean holds(long offset) {
        return is64Bit() ? Paging.canonical(offset) : offset <= Segment.limit(tables.descriptor());
    }

    /** An offset as operands of a size give it: 2 or 4 bytes leave nothing above. */
    static long truncate(long offset, int size) {
        return switch (size) {
            case 2 -> offset & 0xffff;
            case 4 -> offset & 0xffffffffL;
            default -> offset;
        };
    }
}
