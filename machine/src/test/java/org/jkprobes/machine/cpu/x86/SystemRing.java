package org.jkprobes.machine.cpu.x86;

import org.jkprobes.isa.x86.X86Mode;

/** The modes and privileges that {@link SystemCase}s run in. */
enum SystemRing {
    LONG_KERNEL(true, X86Mode.BITS64, SystemProgram.KERNEL_CS, SystemProgram.KERNEL_DS),
    LONG_USER(true, X86Mode.BITS64, SystemProgram.USER_CS, SystemProgram.USER_DS),
    COMPATIBILITY_KERNEL(true, X86Mode.BITS32, SystemProgram.KERNEL_CS_32, SystemProgram.KERNEL_DS),
    COMPATIBILITY_USER(true, X86Mode.BITS32, SystemProgram.USER_CS_32, SystemProgram.USER_DS),
    COMPATIBILITY_USER_16(true, X86Mode.BITS16, SystemProgram.USER_CS_16, SystemProgram.USER_DS),
    KERNEL(false, X86Mode.BITS32, SystemProgram.KERNEL_CS, SystemProgram.KERNEL_DS),
    RING_1(false, X86Mode.BITS32, SystemProgram.RING_1_CS, SystemProgram.RING_1_DS),
    USER(false, X86Mode.BITS32, SystemProgram.USER_CS_32, SystemProgram.USER_DS),
    KERNEL_16(false, X86Mode.BITS16, SystemProgram.KERNEL_CS_16, SystemProgram.KERNEL_DS),
    USER_16(false, X86Mode.BITS16, SystemProgram.USER_CS_16, SystemProgram.USER_DS),
    VIRTUAL_8086(false, X86Mode.BITS16, 0, 0);

    /** In long mode. */
    final boolean wide;

    final X86Mode mode;
    final int cs;
    final int ss;

    SystemRing(boolean wide, X86Mode mode, int cs, int ss) {
        this.wide = wide;
        this.mode = mode;
        this.cs = cs;
        this.ss = ss;
    }

    int level() {
        return this == VIRTUAL_8086 ? 3 : cs & 3;
    }

    /** What an offset in the code segment is relative to. */
    int codeBase(int code) {
        return mode == X86Mode.BITS16 ? code : 0;
    }
}
