package org.jkprobes.machine.cpu.x86;

/** Bits of RFLAGS (SDM vol. 3, 2.3). */
final class Flag {
    static final long CF = 1;
    static final long FIXED = 2;
    static final long ZF = 1 << 6;
    static final long TF = 1 << 8;
    static final long IF = 1 << 9;
    static final long DF = 1 << 10;
    static final long IOPL = 3 << 12;
    static final long NT = 1 << 14;
    static final long RF = 1 << 16;
    static final long VM = 1 << 17;
    static final long AC = 1 << 18;
    static final long VIF = 1 << 19;
    static final long VIP = 1 << 20;
    static final long ID = 1 << 21;

    static final long ARITHMETIC = 0x8d5;
    /** Those that {@link X86Slots#SYSTEM_FLAGS} has. */
    static final long SYSTEM = TF | IF | IOPL | NT | RF | VM | AC | VIF | VIP | ID;

    static final long ALL = ARITHMETIC | DF | SYSTEM;

    private Flag() {}
}
