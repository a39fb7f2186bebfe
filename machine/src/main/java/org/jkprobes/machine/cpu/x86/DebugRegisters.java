package org.jkprobes.machine.cpu.x86;

/** DR0 to DR7: what may be written, and which breakpoints an address hits. (SDM vol. 3, 18.2.) */
final class DebugRegisters {
    static final long DR6_SINGLE_STEP = 1 << 14;
    private static final long DR6_ACCESS = 1 << 13;
    private static final long DR6_FIXED = 0xffff0ff0L;
    private static final long DR6_WRITABLE = 0xe00f;
    private static final long DR7_FIXED = 0x400;
    private static final long DR7_WRITABLE = 0xffff2bffL;
    private static final long DR7_DETECT = 1 << 13;

    private static final int EXECUTE = 0;
    private static final int WRITE = 1;

    private final SystemState state;
    private final Fault fault;

    private long value;

    DebugRegisters(SystemState state, Fault fault) {
        this.state = state;
        this.fault = fault;
    }

    static int modeBits(long dr7) {
        int bits = 0;
        for (int i = 0; i < 4; i++) {
            if (enabled(dr7, i)) {
                bits |= kind(dr7, i) == EXECUTE ? ModeBits.EXECUTION_BREAKPOINTS : ModeBits.DATA_BREAKPOINTS;
            }
        }
        return bits;
    }

    private static boolean enabled(long dr7, int number) {
        return (dr7 >>> 2 * number & 3) != 0;
    }

    private static int kind(long dr7, int number) {
        return (int) (dr7 >>> 16 + 4 * number) & 3;
    }

    private static int length(long dr7, int number) {
        return switch ((int) (dr7 >>> 18 + 4 * number) & 3) {
            case 0 -> 1;
            case 1 -> 2;
            case 2 -> 8;
            default -> 4;
        };
    }

    /** What {@link #read} has read. */
    long value() {
        return value;
    }

    boolean read(int number) {
        if (!mayTouch(number)) {
            return false;
        }
        value = state.dr[effective(number)];
        return true;
    }

    boolean write(int number, long newValue) {
        if (!mayTouch(number)) {
            return false;
        }
        int register = effective(number);
        if (register >= 6 && newValue >>> 32 != 0 && state.in64BitMode()) {
            return fault.raise(Vectors.PROTECTION);
        }
        state.dr[register] = switch (register) {
            case 6 -> newValue & DR6_WRITABLE | DR6_FIXED;
            case 7 -> newValue & DR7_WRITABLE | DR7_FIXED;
            default -> state.in64BitMode() ? newValue : newValue & 0xffffffffL;
        };
        return true;
    }

    /** DR4 and DR5 are DR6 and DR7, unless CR4.DE says otherwise. */
    private static int effective(int number) {
        return number == 4 || number == 5 ? number + 2 : number;
    }

    private boolean mayTouch(int number) {
        if (number > 7 || (number == 4 || number == 5) && (state.cr4 & Cr.CR4_DE) != 0) {
            return fault.raise(Vectors.UNDEFINED);
        }
        if (state.cpl != 0) {
            return fault.raise(Vectors.PROTECTION);
        }
        if ((state.dr[7] & DR7_DETECT) != 0) {
            note(DR6_ACCESS);
            return fault.raise(Vectors.DEBUG);
        }
        return true;
    }

    /** Which enabled breakpoints an instruction's linear address hits: DR6's low bits. */
    int hitsOfExecution(long linear) {
        return hits(linear, 1, EXECUTE, EXECUTE);
    }

    /** Which enabled breakpoints a load or a store hits: DR6's low bits. */
    int hitsOfData(long linear, int size, boolean store) {
        return hits(linear, size, store ? WRITE : 3, 3);
    }

    private int hits(long linear, int size, int oneKind, int otherKind) {
        long dr7 = state.dr[7];
        int hits = 0;
        for (int i = 0; i < 4; i++) {
            int kind = kind(dr7, i);
            if (enabled(dr7, i) && (kind == oneKind || kind == otherKind)) {
                int length = length(dr7, i);
                long start = state.dr[i] & -length;
                hits |= linear < start + length && linear + size > start ? 1 << i : 0;
            }
        }
        return hits;
    }

    /** Sets DR6 as a debug exception with these causes does; to be followed by its delivery. */
    void note(long causes) {
        state.dr[6] |= causes;
        state.dr[7] &= ~DR7_DETECT;
    }
}
