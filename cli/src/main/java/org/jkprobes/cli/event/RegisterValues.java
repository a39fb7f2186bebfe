package org.jkprobes.cli.event;

import java.util.List;

/** Guest registers at one moment: names in the architecture's usual order, each with a value. */
public final class RegisterValues {
    private final List<String> names;
    private final long[] values;
    private final int bits;

    /**
     * Keeps a copy of the values.
     *
     * @param bits width of a register, 32 or 64; bits above it are not shown
     * @throws IllegalArgumentException if there are not as many values as names
     */
    public RegisterValues(List<String> names, long[] values, int bits) {
        if (names.size() != values.length) {
            throw new IllegalArgumentException(names.size() + " names for " + values.length + " registers");
        }
        this.names = List.copyOf(names);
        this.values = values.clone();
        this.bits = bits;
    }

    public int size() {
        return values.length;
    }

    public String name(int index) {
        return names.get(index);
    }

    /** The value, cut to the width of a register. */
    public long value(int index) {
        return bits == 64 ? values[index] : values[index] & ((1L << bits) - 1);
    }

    /** The value in hexadecimal, all digits, no prefix. */
    public String hex(int index) {
        return String.format("%0" + bits / 4 + "x", value(index));
    }
}
