package org.jkprobes.machine.engine;

/** The partial stores of little-endian SWL and SWR, a byte at a time: all bytes lie in one word, so the first one finds any fault. */
final class UnalignedWord {
    private UnalignedWord() {}

    static boolean store(Vcpu cpu, Block block, long uop) {
        long address = cpu.slot(Op.a(uop));
        int value = (int) cpu.slot(Op.d(uop));
        int at = (int) address & 3;
        if (Op.op(uop) == Op.ST_LEFT) {
            for (int i = 0; i <= at; i++) {
                cpu.storeSlow(block, address - i, 1, value >>> 24 - 8 * i & 0xff);
                if (cpu.leaving) {
                    return false;
                }
            }
        } else {
            for (int i = 0; i < 4 - at; i++) {
                cpu.storeSlow(block, address + i, 1, value >>> 8 * i & 0xff);
                if (cpu.leaving) {
                    return false;
                }
            }
        }
        return true;
    }
}
