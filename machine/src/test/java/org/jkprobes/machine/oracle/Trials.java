package org.jkprobes.machine.oracle;

import static org.jkprobes.machine.oracle.Code.K0;
import static org.jkprobes.machine.oracle.Code.K1;

/**
 * A frame for directed programs: every exception, wherever it comes from, is recorded in registers and ends at the address in
 * {@link #RESUME}, so that fetches from nowhere and exceptions inside exceptions can be tried.
 */
final class Trials {
    /** s7: where handlers return to. */
    static final int RESUME = 23;

    /** gp: data, unmapped. */
    static final int DATA = 28;

    private static final int VECTORS = Frame.LOAD + 0x1000;
    private static final int START = VECTORS + 0x800;
    private static final int T9 = 25;

    private final Code c = new Code(Frame.LOAD);

    /** Lays down vectors and set-up; interrupts stay off. */
    Trials() {
        c.jump(2, START);
        c.nop();
        vector(VECTORS, 1);
        vector(VECTORS + 0x180, 2);
        for (int i = 0; i < 8; i++) { // also for vectored interrupts 32 bytes apart
            c.org(VECTORS + 0x200 + i * 0x20);
            c.imm(0x0D, T9, 0, 3 + i);
            c.jump(2, VECTORS + 0x300);
            c.nop();
        }
        c.org(VECTORS + 0x300);
        handler();
        c.org(START);
        li(8, VECTORS);
        mtc0(8, 15, 1);
        for (int i = 0; i < 16; i++) {
            tlbWrite(i, 0x80000000 | i << 13, 0, 0, 0);
        }
        li(8, 0x00800000);
        mtc0(8, 13, 0);
        mtc0(0, 12, 0);
        li(DATA, 0x80000000 | Frame.DATA);
    }

    private void vector(int address, int mark) {
        c.org(address);
        c.imm(0x0D, T9, 0, mark);
        c.jump(2, VECTORS + 0x300);
        c.nop();
    }

    private void handler() {
        c.mfc0(K0, 13, 0);
        c.mfc0(K1, 14, 0);
        c.mfc0(2, 8, 0);
        c.mfc0(3, 4, 0);
        c.mfc0(4, 10, 0);
        c.mfc0(5, 12, 0);
        c.mfc0(6, 9, 0);
        c.mtc0(RESUME, 14, 0);
        c.mtc0(RESUME, 30, 0);
        c.mfc0(7, 11, 0);
        c.imm(0x09, 7, 7, -1); // the timer is off for 25 seconds
        c.mtc0(7, 11, 0);
        c.word(0x7C1A4A04); // ins k0,zero,8,2: software interrupts off
        c.mtc0(K0, 13, 0);
        c.eret();
    }

    Code code() {
        return c;
    }

    /** Runs these words; if one faults, goes on behind them. */
    void trial(int... words) {
        c.li(RESUME, c.here() + 8 + words.length * 4);
        for (int word : words) {
            c.word(word);
        }
    }

    void li(int register, int value) {
        c.li(register, value);
    }

    void mtc0(int rt, int register, int select) {
        c.mtc0(rt, register, select);
    }

    void mfc0(int rt, int register, int select) {
        c.mfc0(rt, register, select);
    }

    /** TLBWI of an entry by its register values; t0 is lost, EntryHi is 0 afterwards. */
    void tlbWrite(int index, int entryHi, int mask, int lo0, int lo1) {
        li(8, index);
        mtc0(8, 0, 0);
        tlbRegisters(entryHi, mask, lo0, lo1);
        c.word(0x42000002);
        mtc0(0, 10, 0);
    }

    void tlbRegisters(int entryHi, int mask, int lo0, int lo1) {
        li(8, entryHi);
        mtc0(8, 10, 0);
        li(8, mask);
        mtc0(8, 5, 0);
        li(8, lo0);
        mtc0(8, 2, 0);
        li(8, lo1);
        mtc0(8, 3, 0);
    }

    /** Ends the program; from here on only {@link Code#image}. */
    int end() {
        return Frame.end(c);
    }
}
