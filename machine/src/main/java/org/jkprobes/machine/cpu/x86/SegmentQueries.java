package org.jkprobes.machine.cpu.x86;

/** LAR, LSL, VERR, VERW: what a program may know of a descriptor. (SDM vol. 2; vol. 3, 5.10.) */
final class SegmentQueries {
    /** System types whose rights LAR tells: bit n for type n; and in long mode. */
    private static final int LAR_TYPES = 0x1a3e;

    private static final int LAR_TYPES_LONG = 0x1a04;
    private static final int LSL_TYPES = 0xa0e;
    private static final int LSL_TYPES_LONG = 0xa04;

    private final SystemState state;
    private final Fault fault;
    private final DescriptorTables tables;

    private boolean valid;
    private long value;

    SegmentQueries(SystemState state, Fault fault, DescriptorTables tables) {
        this.state = state;
        this.fault = fault;
        this.tables = tables;
    }

    /** ZF after the last query: there is such a segment, and it may be known. */
    boolean valid() {
        return valid;
    }

    /** The rights or the limit; only if {@link #valid}. */
    long value() {
        return value;
    }

    boolean accessRights(int selector) {
        if (!look(selector, state.longMode() ? LAR_TYPES_LONG : LAR_TYPES)) {
            return false;
        }
        value = tables.descriptor() >>> 32 & 0xf0ff00;
        return true;
    }

    boolean limit(int selector) {
        if (!look(selector, state.longMode() ? LSL_TYPES_LONG : LSL_TYPES)) {
            return false;
        }
        value = Segment.limit(tables.descriptor());
        return true;
    }

    boolean verifyRead(int selector) {
        if (!look(selector, 0)) {
            return false;
        }
        int attributes = tables.attributes();
        valid &= !Segment.isCode(attributes) || (attributes & Segment.READ_WRITE) != 0;
        return true;
    }

    boolean verifyWrite(int selector) {
        if (!look(selector, 0)) {
            return false;
        }
        valid &= Segment.isWritableData(tables.attributes());
        return true;
    }

    private boolean look(int selector, int systemTypes) {
        if (state.plainSegments()) {
            return fault.raise(Vectors.UNDEFINED);
        }
        valid = false;
        if (Segment.isNull(selector) || !tables.within(selector, 8)) {
            return true;
        }
        if (!tables.read(selector, Vectors.PROTECTION)) {
            return false;
        }
        int attributes = tables.attributes();
        int type = Segment.systemType(attributes);
        boolean known = type < 0 || (systemTypes >>> type & 1) != 0;
        boolean anyPrivilege = Segment.isCode(attributes) && Segment.isConforming(attributes);
        int dpl = Segment.dpl(attributes);
        valid = known && (anyPrivilege || dpl >= state.cpl && dpl >= (selector & 3));
        return true;
    }
}
