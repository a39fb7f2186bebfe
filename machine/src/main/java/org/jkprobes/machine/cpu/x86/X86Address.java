package org.jkprobes.machine.cpu.x86;

import org.jkprobes.machine.engine.FetchOverlay;

/**
 * Where instruction slots appear: at the end of the addresses, where Linux for x86-64 maps nothing and all of its text and modules are less
 * than 2 GiB away. (Documentation/arch/x86/x86_64/mm.rst.) In 32-bit code at the lower half of that address.
 */
public final class X86Address {
    /** The first slot. */
    public static final long SLOTS = 0xffffffffffe00000L;

    /** The same to 32-bit code. */
    public static final long SLOTS_32 = SLOTS & 0xffffffffL;

    private X86Address() {}

    /** Whether a linear address is one of a slot. Only while an instruction is stepped there is a slot at it. */
    public static boolean isSlot(long linear) {
        return offset(linear) >= 0;
    }

    private static long offset(long linear) {
        long offset = linear - (linear < 0 ? SLOTS : SLOTS_32);
        return offset >= 0 && offset < FetchOverlay.SLOTS_SIZE ? offset : -1;
    }

    static long slotPhysical(long linear) {
        return FetchOverlay.SLOTS_PHYSICAL + offset(linear);
    }
}
