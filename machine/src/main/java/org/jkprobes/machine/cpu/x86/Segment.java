package org.jkprobes.machine.cpu.x86;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Stateful;

/** A segment register, or LDTR or TR: the selector and the part of the descriptor that the CPU keeps. (SDM vol. 3, 3.4.) */
final class Segment implements Stateful {
    static final int ES = 0;
    static final int CS = 1;
    static final int SS = 2;
    static final int DS = 3;
    static final int FS = 4;
    static final int GS = 5;

    /** In a selector: of the LDT. */
    static final int LOCAL = 4;

    // Attributes: bits 8 to 23 of a descriptor's upper half, without the limit's.
    static final int ACCESSED = 1;
    /** Data: writable. Code: readable. */
    static final int READ_WRITE = 2;
    /** Data: expands down. Code: conforming. */
    static final int CONFORMING = 4;

    static final int CODE = 8;
    /** Not a system descriptor. */
    static final int CODE_OR_DATA = 0x10;

    static final int PRESENT = 0x80;
    static final int LONG = 0x2000;
    /** 32-bit operands; for a stack, ESP. */
    static final int BIG = 0x4000;

    private static final int GRANULAR = 0x8000;

    /** Flat, present, accessed, for DPL 0: what SYSCALL and the like load without a look at the tables. */
    static final int FLAT_CODE = PRESENT | CODE_OR_DATA | CODE | READ_WRITE | ACCESSED | GRANULAR;

    static final int FLAT_DATA = PRESENT | CODE_OR_DATA | READ_WRITE | ACCESSED | GRANULAR | BIG;

    /** All of virtual 8086 mode. */
    static final int VIRTUAL_8086 = PRESENT | 3 << 5 | CODE_OR_DATA | READ_WRITE | ACCESSED;

    int selector;
    long base;
    /** The last offset, in bytes. */
    long limit;

    int attributes;

    /** The descriptor of the GDT that it was loaded from; 0, which is none, if it was not, or if the GDT is elsewhere now. */
    long descriptor;

    void set(int newSelector, long newBase, long newLimit, int newAttributes) {
        selector = newSelector;
        base = newBase;
        limit = newLimit;
        attributes = newAttributes;
        descriptor = 0;
    }

    void load(int newSelector, long from) {
        set(newSelector, base(from), limit(from), attributes(from));
        descriptor = (newSelector & LOCAL) == 0 ? from : 0;
    }

    void copy(Segment from) {
        set(from.selector, from.base, from.limit, from.attributes);
    }

    boolean present() {
        return (attributes & PRESENT) != 0;
    }

    int dpl() {
        return dpl(attributes);
    }

    /** No need to look at limit or rights of a read or write. */
    boolean flatData() {
        return limit == 0xffffffffL
                && (attributes & (PRESENT | CODE_OR_DATA | CODE | CONFORMING | READ_WRITE))
                        == (PRESENT | CODE_OR_DATA | READ_WRITE);
    }

    /** Whether all of these bytes are in the segment. */
    boolean within(long offset, int size) {
        long last = offset + size - 1;
        if ((attributes & (CODE | CONFORMING)) == CONFORMING) {
            return offset > limit && last <= ((attributes & BIG) != 0 ? 0xffffffffL : 0xffffL);
        }
        return last <= limit;
    }

    // ---- raw descriptors ----

    static long base(long descriptor) {
        return descriptor >>> 16 & 0xffffff | descriptor >>> 56 << 24;
    }

    static long limit(long descriptor) {
        long raw = descriptor & 0xffff | descriptor >>> 32 & 0xf0000;
        return (attributes(descriptor) & GRANULAR) != 0 ? raw << 12 | 0xfff : raw;
    }

    static int attributes(long descriptor) {
        return (int) (descriptor >>> 40) & 0xf0ff;
    }

    static int dpl(int attributes) {
        return attributes >>> 5 & 3;
    }

    static boolean isCode(int attributes) {
        return (attributes & (CODE_OR_DATA | CODE)) == (CODE_OR_DATA | CODE);
    }

    static boolean isWritableData(int attributes) {
        return (attributes & (CODE_OR_DATA | CODE | READ_WRITE)) == (CODE_OR_DATA | READ_WRITE);
    }

    static boolean isConforming(int attributes) {
        return (attributes & CONFORMING) != 0;
    }

    /** The type of a system descriptor; -1 for code and data. */
    static int systemType(int attributes) {
        return (attributes & CODE_OR_DATA) != 0 ? -1 : attributes & 0xf;
    }

    static boolean isNull(int selector) {
        return (selector & 0xfffc) == 0;
    }

    @Override
    public void save(StateOutput out) {
        out.putInt(selector);
        out.putLong(base);
        out.putLong(limit);
        out.putInt(attributes);
    }

    @Override
    public void restore(StateInput in) {
        set(in.getInt(), in.getLong(), in.getLong(), in.getInt());
    }
}
