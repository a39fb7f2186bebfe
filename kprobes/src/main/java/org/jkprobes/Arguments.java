package org.jkprobes;

import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;

/** The arguments of the function at whose entry a vCPU is, as Java types. */
final class Arguments {
    /** Bytes of a string shown at most. */
    private static final int STRING_LIMIT = 256;

    private final Kprobes kprobes;
    final PtRegs regs;
    /** Whether all of them are on the stack. */
    private final boolean onStack;

    Arguments(Kprobes kprobes, PtRegs regs, boolean onStack) {
        this.kprobes = kprobes;
        this.regs = regs;
        this.onStack = onStack;
    }

    long get(int n) {
        return onStack ? kprobes.stackArgument(regs, n) : kprobes.argument(regs, n);
    }

    /** As a parameter of this type is passed. */
    Object get(int n, Class<?> type) {
        long value = get(n);
        if (type == long.class) {
            return value;
        } else if (type == int.class) {
            return (int) value;
        } else if (type == short.class) {
            return (short) value;
        } else if (type == byte.class) {
            return (byte) value;
        } else if (type == char.class) {
            return (char) value;
        } else if (type == boolean.class) {
            return (byte) value != 0;
        } else if (type == String.class) {
            Memory memory = kprobes.target().memory();
            return memory.readString(value, STRING_LIMIT).orElse("(fault)");
        }
        throw new IllegalArgumentException("no parameter of a C function is a " + type.getName());
    }

    static boolean isSupported(Class<?> type) {
        return type == long.class
                || type == int.class
                || type == short.class
                || type == byte.class
                || type == char.class
                || type == boolean.class
                || type == String.class;
    }
}
