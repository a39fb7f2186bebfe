package org.jkprobes.machine.cpu.x86;

/**
 * What CPUID tells: the family and model of QEMU's {@code qemu64}, with the features that this CPU has.
 *
 * <table>
 * <caption>Features</caption>
 * <tr><td>1.EDX</td><td>fpu de pse tsc msr pae cx8 apic sep mtrr pge cmov pat pse36 clflush mmx fxsr sse sse2</td></tr>
 * <tr><td>1.ECX</td><td>sse3 cx16 hypervisor</td></tr>
 * <tr><td>7.EBX</td><td>smep smap</td></tr>
 * <tr><td>80000001.EDX</td><td>as 1.EDX where AMD repeats it; syscall nx pdpe1gb lm</td></tr>
 * <tr><td>80000001.ECX</td><td>lahf_lm</td></tr>
 * <tr><td>80000007.EDX</td><td>invariant TSC</td></tr>
 * </table>
 *
 * (SDM vol. 2, CPUID; AMD64 APM vol. 3, appendix E.)
 */
final class Cpuid {
    /** Family 15, model 107, stepping 1; also EDX at reset. */
    static final int SIGNATURE = 0x60fb1;

    private static final int AUTH = 0x68747541;
    private static final int ENTI = 0x69746e65;
    private static final int C_AMD = 0x444d4163;

    private static final int APIC = 1 << 9;
    private static final int FEATURES = 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 8 | APIC | 1 << 11
            | 1 << 12 | 1 << 13 | 1 << 15 | 1 << 16 | 1 << 17 | 1 << 19 | 1 << 23 | 1 << 24 | 1 << 25 | 1 << 26;
    /** The features of leaf 1 that AMD tells again in leaf 80000001. */
    private static final int REPEATED = 0x0183f3ff & ~(1 << 11);

    private static final int SSE3_CX16_HYPERVISOR = 1 | 1 << 13 | 1 << 31;
    private static final int SMEP_SMAP = 1 << 7 | 1 << 20;
    private static final int SYSCALL_NX_1G_LM = 1 << 11 | 1 << 20 | 1 << 26 | 1 << 29;
    /** CLFLUSH works on lines of 8 times 8 bytes. */
    private static final int LINE_SIZE = 8 << 8;

    private static final int VIRTUAL_AND_PHYSICAL_BITS = 48 << 8 | PageWalk.PHYSICAL_BITS;

    private static final int JKPR = 0x72706b6a;
    private static final int OBES = 0x7365626f;

    private final Msrs msrs;

    private int eax;
    private int ebx;
    private int ecx;
    private int edx;

    Cpuid(Msrs msrs) {
        this.msrs = msrs;
    }

    int eax() {
        return eax;
    }

    int ebx() {
        return ebx;
    }

    int ecx() {
        return ecx;
    }

    int edx() {
        return edx;
    }

    void query(int leaf, int subleaf) {
        switch (leaf) {
            case 0 -> set(7, AUTH, C_AMD, ENTI);
            case 1 -> set(SIGNATURE, LINE_SIZE, SSE3_CX16_HYPERVISOR, features());
            case 7 -> set(0, subleaf == 0 ? SMEP_SMAP : 0, 0, 0);
            case 0x40000000 -> set(0x40000000, JKPR, OBES, 0);
            case 0x80000000 -> set(0x80000008, AUTH, C_AMD, ENTI);
            case 0x80000001 -> set(SIGNATURE, 0, 1, features() & REPEATED | SYSCALL_NX_1G_LM);
            case 0x80000002 -> set(JKPR, OBES, 0, 0);
            // Caches as qemu64's: 64 KiB, two ways, of level 1; 512 KiB, 16 ways, of level 2.
            case 0x80000005 -> set(0x01ff01ff, 0x01ff01ff, 0x40020140, 0x40020140);
            case 0x80000006 -> set(0, 0x42004200, 0x02008140, 0);
            case 0x80000007 -> set(0, 0, 0, 1 << 8);
            case 0x80000008 -> set(VIRTUAL_AND_PHYSICAL_BITS, 0, 0, 0);
            default -> set(0, 0, 0, 0);
        }
    }

    private int features() {
        return msrs.apicEnabled() ? FEATURES : FEATURES & ~APIC;
    }

    private void set(int a, int b, int c, int d) {
        eax = a;
        ebx = b;
        ecx = c;
        edx = d;
    }
}
