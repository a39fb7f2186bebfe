package org.jkprobes.isa.x86;

/** What size of code a CPU runs: the D and L bits of its code segment. */
public enum X86Mode {
    /** Real mode, virtual-8086 mode, and 16-bit code segments. */
    BITS16(16),
    /** 32-bit code segments. */
    BITS32(32),
    /** 64-bit code segments (long mode). */
    BITS64(64);

    private final int bits;

    X86Mode(int bits) {
        this.bits = bits;
    }

    /** 16, 32 or 64: the size of an address without prefixes. */
    public int bits() {
        return bits;
    }
}
