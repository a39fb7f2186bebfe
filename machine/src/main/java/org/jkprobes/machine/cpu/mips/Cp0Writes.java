package org.jkprobes.machine.cpu.mips;

/** What MTC0 may change of each register of a 24Kc (the R/W columns of the 24K software user's manual, chapter 6). */
final class Cp0Writes {
    static final int STATUS = 0x1278ff1f;
    static final int CONTEXT = 0xff800000;
    /** 32-bit physical addresses. */
    static final int ENTRY_LO = 0x03ffffff;

    private Cp0Writes() {}

    static int apply(int register, int old, int value) {
        return switch (register) {
            case Cp0.INDEX ->
                Integer.compareUnsigned(value & 0x7fffffff, MipsTlb.ENTRIES) < 0 ? merge(old, value, 0x7fffffff) : old;
            case Cp0.ENTRY_LO0, Cp0.ENTRY_LO1 -> value & ENTRY_LO;
            case Cp0.CONTEXT -> merge(old, value, CONTEXT);
            case Cp0.PAGE_MASK -> pageMask(value);
            case Cp0.WIRED -> Integer.remainderUnsigned(value, MipsTlb.ENTRIES);
            case Cp0.HWRENA -> value & 0xf;
            case Cp0.ENTRY_HI -> value & 0xffffe0ff;
            case Cp0.STATUS -> merge(old, value, STATUS);
            case Cp0.INT_CTL -> merge(old, value, 0x3e0);
            case 98 -> merge(old, value, 0xf3c0); // SRSCtl: ESS and PSS, though there is but one set
            case 99 -> value; // SRSMap
            case Cp0.EPC, Cp0.ERROR_EPC, 192, 248 -> value; // and DEPC, DESAVE
            case Cp0.EBASE -> merge(old, value, 0x3ffff000);
            case Cp0.CONFIG -> merge(old, value, 7);
            case 224 -> value & 0xfffffcf6; // TagLo
            case 225, 232, 233 -> value; // DataLo, TagHi, DataHi
            case 208 -> value & 0x30000000; // ErrCtl
            case 200 -> value & 0x7ff; // performance counter control
            default -> watch(register, old, value);
        };
    }

    private static int watch(int register, int old, int value) {
        if (register >= 144 && register < 152) {
            return value & ~7;
        }
        if (register >= Cp0.WATCH_HI && register < Cp0.WATCH_HI + 8) {
            return old & 0x80000000 | value & 0x40ff0ff8;
        }
        return old;
    }

    /** Pages are 4 KiB times powers of four: an even number of ones from bit 13; anything else gives 4 KiB. */
    private static int pageMask(int value) {
        int field = value >>> 13 & 0xffff;
        boolean ones = (field & field + 1) == 0;
        return ones && Integer.bitCount(field) % 2 == 0 ? field << 13 : 0;
    }

    private static int merge(int old, int value, int mask) {
        return old & ~mask | value & mask;
    }
}
