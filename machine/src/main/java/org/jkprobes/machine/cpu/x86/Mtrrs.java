package org.jkprobes.machine.cpu.x86;

import java.util.Arrays;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Stateful;

/** Memory type range registers: kept, and of no effect. Eight variable ranges, the fixed ones, write combining. (SDM vol. 3, 11.11.) */
final class Mtrrs implements Stateful {
    static final int CAPABILITIES = 0xfe;
    static final long CAPABILITIES_VALUE = 0x508;
    private static final int VARIABLE = 0x200;
    private static final int VARIABLE_END = 0x210;
    private static final int DEFAULT_TYPE = 0x2ff;

    private static final int[] FIXED = {0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f};

    private final long[] values = new long[VARIABLE_END - VARIABLE + FIXED.length + 1];

    /** Where a register's value lies, or -1. */
    private static int index(int register) {
        if (register >= VARIABLE && register < VARIABLE_END) {
            return register - VARIABLE;
        }
        if (register == DEFAULT_TYPE) {
            return VARIABLE_END - VARIABLE + FIXED.length;
        }
        int fixed = Arrays.binarySearch(FIXED, register);
        return fixed < 0 ? -1 : VARIABLE_END - VARIABLE + fixed;
    }

    static boolean has(int register) {
        return index(register) >= 0;
    }

    long read(int register) {
        return values[index(register)];
    }

    /** Whether the value is one that the register takes. */
    boolean write(int register, long value) {
        boolean fits;
        if (register == DEFAULT_TYPE) {
            fits = (value & ~0xcffL) == 0 && isType(value);
        } else if (register < VARIABLE_END) {
            boolean base = (register & 1) == 0;
            long reserved = -1L << PageWalk.PHYSICAL_BITS | (base ? 0xf00 : 0x7ff);
            fits = (value & reserved) == 0 && (!base || isType(value));
        } else {
            fits = true;
            for (int i = 0; i < 8; i++) {
                fits &= isType(value >>> 8 * i);
            }
        }
        if (fits) {
            values[index(register)] = value;
        }
        return fits;
    }

    private static boolean isType(long value) {
        int type = (int) value & 0xff;
        return type <= 6 && type != 2 && type != 3;
    }

    void reset() {
        Arrays.fill(values, 0);
    }

    @Override
    public void save(StateOutput out) {
        for (long value : values) {
            out.putLong(value);
        }
    }

    @Override
    public void restore(StateInput in) {
        for (int i = 0; i < values.length; i++) {
            values[i] = in.getLong();
        }
    }
}
