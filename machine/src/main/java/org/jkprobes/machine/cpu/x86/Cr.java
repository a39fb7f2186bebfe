package org.jkprobes.machine.cpu.x86;

/** Bits of control registers and EFER (SDM vol. 3, 2.5 and 2.2.1). */
final class Cr {
    static final long CR0_PE = 1;
    static final long CR0_MP = 1 << 1;
    static final long CR0_EM = 1 << 2;
    static final long CR0_TS = 1 << 3;
    static final long CR0_ET = 1 << 4;
    static final long CR0_NE = 1 << 5;
    static final long CR0_WP = 1 << 16;
    static final long CR0_AM = 1 << 18;
    static final long CR0_NW = 1 << 29;
    static final long CR0_CD = 1 << 30;
    static final long CR0_PG = 1L << 31;

    static final long CR4_TSD = 1 << 2;
    static final long CR4_DE = 1 << 3;
    static final long CR4_PSE = 1 << 4;
    static final long CR4_PAE = 1 << 5;
    static final long CR4_MCE = 1 << 6;
    static final long CR4_PGE = 1 << 7;
    static final long CR4_PCE = 1 << 8;
    static final long CR4_OSFXSR = 1 << 9;
    static final long CR4_OSXMMEXCPT = 1 << 10;
    static final long CR4_SMEP = 1 << 20;
    static final long CR4_SMAP = 1 << 21;

    static final long EFER_SCE = 1;
    static final long EFER_LME = 1 << 8;
    static final long EFER_LMA = 1 << 10;
    static final long EFER_NXE = 1 << 11;

    private Cr() {}
}
