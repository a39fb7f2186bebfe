package org.jkprobes.machine.cpu.x86;

/** MOV and POP to segment registers, LDS and its like. (SDM vol. 2, MOV; vol. 3, 5.6 and 5.7.) */
final class SegmentLoads {
    private final SystemState state;
    private final Fault fault;
    private final DescriptorTables tables;

    SegmentLoads(SystemState state, Fault fault, DescriptorTables tables) {
        this.state = state;
        this.fault = fault;
        this.tables = tables;
    }

    /** Loads any segment register but CS. */
    boolean load(int number, int selector) {
        int wanted = selector & 0xffff;
        if (number == Segment.CS || number > Segment.GS) {
            return fault.raise(Vectors.UNDEFINED);
        }
        if (state.plainSegments()) {
            state.loadPlain(number, wanted);
            return true;
        }
        if (Segment.isNull(wanted)) {
            return loadNull(number, wanted);
        }
        if (number == Segment.SS) {
            return checkStack(wanted, state.cpl, Vectors.PROTECTION) && commit(number, wanted);
        }
        return loadData(number, wanted);
    }

    private boolean loadNull(int number, int selector) {
        if (number == Segment.SS) {
            boolean allowed = state.in64BitMode() && state.cpl < 3 && (selector & 3) == state.cpl;
            if (!allowed) {
                return fault.raise(Vectors.PROTECTION);
            }
        }
        clear(number, selector);
        return true;
    }

    /** Loads a null selector. */
    void clear(int number, int selector) {
        state.segment(number).set(selector, 0, 0, 0);
        state.publish();
    }

    /** Reads and checks the descriptor of a stack segment for a privilege; {@code vector} tells what is wrong, #SS that it is absent. */
    boolean checkStack(int selector, int privilege, int vector) {
        if (!tables.read(selector, vector)) {
            return false;
        }
        int attributes = tables.attributes();
        if ((selector & 3) != privilege
                || Segment.dpl(attributes) != privilege
                || !Segment.isWritableData(attributes)) {
            return fault.selector(vector, selector);
        }
        if ((attributes & Segment.PRESENT) == 0) {
            return fault.selector(Vectors.STACK, selector);
        }
        return true;
    }

    private boolean loadData(int number, int selector) {
        if (!tables.read(selector, Vectors.PROTECTION)) {
            return false;
        }
        int attributes = tables.attributes();
        boolean code = Segment.isCode(attributes);
        boolean readable =
                (attributes & Segment.CODE_OR_DATA) != 0 && (!code || (attributes & Segment.READ_WRITE) != 0);
        boolean anyPrivilege = code && Segment.isConforming(attributes);
        int dpl = Segment.dpl(attributes);
        if (!readable || !anyPrivilege && (dpl < (selector & 3) || dpl < state.cpl)) {
            return fault.selector(Vectors.PROTECTION, selector);
        }
        if ((attributes & Segment.PRESENT) == 0) {
            return fault.selector(Vectors.NOT_PRESENT, selector);
        }
        return commit(number, selector);
    }

    /** Loads the descriptor that was read last. */
    private boolean commit(int number, int selector) {
        if (!tables.markAccessed()) {
            return false;
        }
        state.load(number, selector, tables.descriptor());
        return true;
    }
}
