package org.jkprobes.gdb.stub;

/**
 * A register as a stub shows it, numbered by its place in the list.
 *
 * @param feature the target description's feature that it belongs to
 * @param type GDB's type: {@code int}, {@code code_ptr}, {@code i387_ext}, …
 * @param group GDB's register group; empty for the usual
 */
record StubRegister(String feature, String name, int bits, String type, String group) {
    int bytes() {
        return bits / 8;
    }
}
