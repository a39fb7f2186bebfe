package org.jkprobes.machine.cpu.x86;

/** Whether a segment lets an access be made; for modes with limits, and registers that are not flat. (SDM vol. 3, 5.3 and 5.4.) */
final class SegmentLimits {
    private final SystemState state;
    private final Fault fault;

    SegmentLimits(SystemState state, Fault fault) {
        this.state = state;
        this.fault = fault;
    }

    /** Checks a read or a write of some bytes at an offset, already wrapped to the address size. */
    boolean check(int number, long offset, int size, boolean write) {
        Segment segment = state.segment(number);
        int vector = number == Segment.SS ? Vectors.STACK : Vectors.PROTECTION;
        if (state.in64BitMode()) {
            long linear = state.base(number) + offset;
            return Paging.canonical(linear) && Paging.canonical(linear + size - 1) || fault.raise(vector);
        }
        boolean code = (segment.attributes & Segment.CODE) != 0;
        boolean readWrite = (segment.attributes & Segment.READ_WRITE) != 0;
        if (segment.flatData()) {
            // Addresses at its end go on at 0.
            return true;
        }
        boolean may = segment.present()
                && (state.realMode() || (write ? !code && readWrite : !code || readWrite))
                && segment.within(offset, size);
        return may || fault.raise(vector);
    }

    /** Checks the bytes of an instruction. */
    boolean checkFetch(long offset, int size) {
        return offset + size - 1 <= state.segment(Segment.CS).limit || fault.raise(Vectors.PROTECTION);
    }
}
