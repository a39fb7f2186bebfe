package org.jkprobes.machine.oracle;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The corners that random programs keep away from. Registers: t0 to t8 are free. */
final class DirectedPrograms {
    private static final int NOP = 0;
    private static final int SYSCALL = 0x0C;
    private static final int T0 = 8;
    private static final int T1 = 9;
    private static final int T2 = 10;
    private static final int T3 = 11;
    private static final int JR_T0 = T0 << 21 | 8;
    private static final int LW_T1_T0 = 0x8C000000 | T0 << 21 | T1 << 16;
    private static final int SW_T1_T0 = 0xAC000000 | T0 << 21 | T1 << 16;
    private static final int DATA_PFN = Frame.DATA >>> 6;
    /** EntryLo bits: global, valid, dirty, cached. */
    private static final int G = 1;

    private static final int V = 2;
    private static final int D = 4;
    private static final int C = 0x18;

    private DirectedPrograms() {}

    static Map<String, Consumer<Trials>> all() {
        Map<String, Consumer<Trials>> all = new LinkedHashMap<>();
        all.put("fetch faults", DirectedPrograms::fetchFaults);
        all.put("delay slot on the next page", DirectedPrograms::slotOnNextPage);
        all.put("exceptions with EXL set", DirectedPrograms::nested);
        all.put("error level", DirectedPrograms::errorLevel);
        all.put("wait", DirectedPrograms::waits);
        all.put("timer at every boundary", DirectedPrograms::timerSweep);
        all.put("vectored interrupts", DirectedPrograms::vectored);
        all.put("code that changes itself", DirectedPrograms::selfModifying);
        all.put("TLB replacement", DirectedPrograms::replacement);
        all.put("page sizes", DirectedPrograms::pageSizes);
        all.put("linked loads", DirectedPrograms::linked);
        all.put("CP0 registers hold what they may", DirectedPrograms::registers);
        all.put("count and compare", DirectedPrograms::counting);
        all.put("address arithmetic wraps", DirectedPrograms::wrapping);
        all.put("system instructions in delay slots", DirectedPrograms::oddSlots);
        return all;
    }

    /** Not to a misaligned address that is not mapped: QEMU looks at the mapping first, the architecture at the alignment. */
    private static void fetchFaults(Trials t) {
        t.tlbWrite(3, 0x00100000, 0, DATA_PFN | C | D, DATA_PFN | C | D | V);
        for (int target : new int[] {0x00001000, 0x00100000, 0x7FFFFFFC, 0xC0000000, 0xE0001230, 0x80100002}) {
            t.li(T0, target);
            t.trial(JR_T0, 0x25290001); // addiu t1,t1,1
            t.li(T0, target);
            t.trial(JR_T0 | 31 << 11 | 1, 0x0000F812); // jalr t0, with mflo ra in its slot
        }
    }

    private static void slotOnNextPage(Trials t) {
        Code c = t.code();
        // The last word of a page and the first of the next, seen at 0x00300ffc.
        int[] pair = {0x10000003, 0x25290001}; // b +4 words; addiu t1,t1,1
        for (int i = 0; i < 2; i++) {
            t.li(T1, pair[i]);
            c.imm(0x2B, T1, Trials.DATA, 0x0FFC + 4 * i);
        }
        t.li(T1, 0x02E00008); // jr s7: what the branch leads to
        c.imm(0x2B, T1, Trials.DATA, 0x0FFC + 16);
        int even = DATA_PFN | C | D | V;
        int odd = DATA_PFN + 64 | C | D;
        for (int lo1 : new int[] {odd, odd | V, odd | V}) {
            t.tlbWrite(5, 0x00300000, 0, even, lo1);
            t.li(T0, 0x00300FFC);
            t.trial(JR_T0, NOP);
        }
        // The same with the second page not in the TLB at all: a pair that ends with the branch's page.
        t.tlbWrite(6, 0x00400000, 0, DATA_PFN + 64 | C | D | V, DATA_PFN | C | D | V);
        t.li(T0, 0x00401FFC);
        t.trial(JR_T0, NOP);
    }

    private static void nested(Trials t) {
        Code c = t.code();
        int[][] faults = {{SYSCALL}, {0x10000001, SYSCALL}, {LW_T1_T0}, {SW_T1_T0}, {0x10000001, LW_T1_T0}};
        for (int status : new int[] {0x2, 0x8003, 0}) {
            for (int[] fault : faults) {
                t.li(T0, 0x00500000);
                t.li(T1, 0x12345678);
                t.mtc0(T1, 14, 0);
                t.li(T1, status);
                t.mtc0(T1, 12, 0);
                c.word(0xC0); // ehb
                t.trial(fault);
            }
        }
    }

    private static void errorLevel(Trials t) {
        Code c = t.code();
        t.li(T1, 0x4);
        t.mtc0(T1, 12, 0);
        c.word(0xC0);
        t.li(T0, Frame.DATA); // kuseg is not mapped now
        t.li(T1, 0xCAFE1234);
        t.trial(SW_T1_T0);
        t.trial(LW_T1_T0);
        t.trial(SYSCALL); // its eret leaves the error level
        t.trial(LW_T1_T0);
        t.li(T1, 0x6);
        t.mtc0(T1, 12, 0);
        t.li(T1, c.here() + 5 * 4);
        t.mtc0(T1, 30, 0);
        c.word(0xC0);
        c.eret();
        t.trial(LW_T1_T0); // EXL still set
        t.mtc0(0, 12, 0);
    }

    private static void waits(Trials t) {
        Code c = t.code();
        for (int ticks : new int[] {40, 100, 1000, 5, 7777}) {
            t.li(T1, 0x8001);
            c.li(Trials.RESUME, c.here() + (2 + 5) * 4);
            t.mfc0(T0, 9, 0);
            c.imm(0x09, T0, T0, ticks);
            t.mtc0(T0, 11, 0);
            t.mtc0(T1, 12, 0);
            c.word(0x42000020); // wait
            t.mtc0(0, 12, 0);
            t.mfc0(T2, 9, 0);
            t.mfc0(T3, 9, 0);
        }
        // Already pending: falls through.
        t.li(T1, 0x0101);
        t.li(T0, 0x00800100);
        t.mtc0(T0, 13, 0);
        t.trial(0x40890000 | 12 << 11, 0x42000020, NOP);
        t.mtc0(0, 12, 0);
    }

    /** Whatever comes, the interrupt is taken before the instruction at which its time has come. */
    private static void timerSweep(Trials t) {
        Code c = t.code();
        for (int ticks = 4; ticks < 60; ticks++) {
            t.li(T1, 0x8001);
            c.li(Trials.RESUME, c.here() + (2 + 4 + 22) * 4);
            t.mfc0(T0, 9, 0);
            c.imm(0x09, T0, T0, ticks);
            t.mtc0(T0, 11, 0);
            t.mtc0(T1, 12, 0);
            c.word(NOP);
            c.word(0x10000001); // b: over the slot
            c.word(0x25290001);
            c.word(0x51000003); // beql t0,zero: not taken, the slot is nullified
            c.word(0x25290001);
            c.word(0x55000001); // bnel t0,zero: taken
            c.word(0x25290001);
            c.word(0x04110001); // bal
            c.word(0x25290001);
            t.mfc0(T2, 9, 0);
            c.word(0x8F890000); // lw t1,0(gp)
            c.word(0xAF890004); // sw t1,4(gp)
            c.word(0x11000001); // beq t0,zero: not taken
            c.word(0x8F890000);
            c.word(0x41606000); // di
            c.word(0x41606020); // ei
            c.word(0x0109001A); // div
            c.word(0x000000C0); // ehb
            c.word(NOP);
            c.word(0x42000008); // tlbp
            c.word(NOP);
            c.word(NOP);
            t.mtc0(0, 12, 0);
        }
    }

    private static void vectored(Trials t) {
        Code c = t.code();
        for (int spacing : new int[] {0x20, 0}) {
            t.li(T1, spacing);
            t.mtc0(T1, 12, 1);
            for (int soft : new int[] {0x100, 0x200, 0x300}) {
                t.li(T0, 0x00800000 | soft);
                t.mtc0(T0, 13, 0);
                t.li(T1, 0x0301);
                t.trial(
                        0x40890000 | 12 << 11,
                        NOP,
                        NOP,
                        0x40800000 | 12 << 11,
                        0x40800000 | 13 << 11); // mtc0 t1,Status
                t.mtc0(0, 12, 0);
                c.word(0xC0);
            }
        }
        t.mtc0(0, 12, 1);
        t.mtc0(0, 13, 0); // IV off: through the general vector
        t.li(T1, 0x0101);
        t.li(T0, 0x100);
        t.mtc0(T0, 13, 0);
        t.trial(0x40890000 | 12 << 11, NOP, NOP);
        t.mtc0(0, 12, 0);
        t.li(T0, 0x00800000);
        t.mtc0(T0, 13, 0);
    }

    private static void selfModifying(Trials t) {
        Code c = t.code();
        t.li(T1, 0x256B0005); // addiu t3,t3,5
        t.li(T2, 0x256B0007); // addiu t3,t3,7
        // Far ahead in the same block, then the very next instruction.
        for (int distance : new int[] {6, 2, 1}) {
            t.li(T0, c.here() + 8 + distance * 4);
            c.word(SW_T1_T0);
            for (int i = 0; i < distance + 2; i++) {
                c.word(0x256B0001);
            }
        }
        // A loop whose body is changed between rounds, also by way of kseg1 and of a mapping.
        t.tlbWrite(
                7,
                0x00700000,
                0x6000,
                Frame.LOAD >>> 6 & 0x7FFFFF | C | D | V | G,
                Frame.LOAD + 0x4000 >>> 6 & 0x7FFFFF | C | D | V | G);
        int body = c.here() + 6 * 4;
        t.li(T0, body);
        t.li(12, 4);
        t.li(13, 1);
        c.word(0x256B0003); // body: addiu t3,t3,3
        c.word(0x258CFFFF); // addiu t4,t4,-1
        c.word(SW_T1_T0 & ~(T1 << 16) | T2 << 16); // sw t2,0(t0)
        c.word(0x01205025); // or t2,t1,zero
        c.word(0x1580FFFB); // bne t4,zero,body
        c.word(0x01AD6821); // addu t5,t5,t5
        t.li(T0, body | 0x20000000);
        c.word(SW_T1_T0);
        t.li(T0, (body & 0x7FFF) | 0x00700000);
        c.word(SW_T1_T0 & ~(T1 << 16) | T2 << 16);
        c.word(LW_T1_T0);
        t.li(12, 1);
        t.li(T0, body);
        c.jump(2, c.here() + 8);
        c.nop();
    }

    private static void replacement(Trials t) {
        Code c = t.code();
        for (int wired : new int[] {0, 3, 15}) {
            t.li(T1, wired);
            t.mtc0(T1, 6, 0);
            for (int i = 0; i < 150; i++) {
                t.tlbRegisters(
                        0x01000000 + wired * 0x00400000 | i << 13 | i & 1,
                        0,
                        DATA_PFN | C | D | V,
                        DATA_PFN + 64 | C | V | D);
                c.word(0x42000006); // tlbwr
                if (i % 50 == 49) {
                    c.word(0x42000008); // tlbp
                    t.mfc0(T2, 0, 0);
                }
            }
            t.mfc0(T2, 1, 0);
            for (int i = 0; i < 150; i += 7) {
                t.li(T0, i & 1);
                t.mtc0(T0, 10, 0);
                t.li(T0, 0x01000000 + wired * 0x00400000 | i << 13);
                t.trial(LW_T1_T0);
            }
        }
        t.mtc0(0, 6, 0);
        for (int i = 0; i < 16; i++) {
            t.li(T0, i);
            t.mtc0(T0, 0, 0);
            c.word(0x42000001); // tlbr
            t.mfc0(T0, 10, 0);
            t.mfc0(T1, 2, 0);
            t.mfc0(T2, 3, 0);
            t.mfc0(T3, 5, 0);
        }
        for (int i = 100; i < 150; i += 3) {
            t.li(T0, i & 1);
            t.mtc0(T0, 10, 0);
            t.li(T0, 0x01000000 + i * 0x2000);
            t.trial(LW_T1_T0);
        }
        t.mtc0(0, 10, 0);
    }

    private static void pageSizes(Trials t) {
        Code c = t.code();
        for (int mask = 0; mask <= 0x3FF; mask = mask << 2 | 3) {
            int virtual = 0x08000000;
            t.tlbWrite(
                    2,
                    virtual | 0x1F00,
                    mask << 13,
                    Frame.DATA + 0x5000 >>> 6 | C | D | V,
                    Frame.DATA + 0x9000 >>> 6 | C | D | V);
            t.li(T0, 2);
            t.mtc0(T0, 0, 0);
            c.word(0x42000001); // tlbr
            t.mfc0(T0, 10, 0);
            t.mfc0(T1, 2, 0);
            t.mfc0(T2, 3, 0);
            t.mfc0(T3, 5, 0);
            t.mtc0(0, 10, 0);
            int half = 0x1000 * (mask + 1);
            for (int offset : new int[] {0, 0xFFC, half - 4, half, half + 0x120, 2 * half - 4, 2 * half}) {
                t.li(T0, virtual + offset);
                t.trial(LW_T1_T0);
                t.trial(SW_T1_T0);
            }
        }
        for (int bad : new int[] {0x2000, 0x4000, 0xE000, 0x1FFFE000, 0x1FFFFFFF, 0x6001, 0x18000}) {
            t.li(T0, bad);
            t.mtc0(T0, 5, 0);
            t.mfc0(T1, 5, 0);
        }
        t.mtc0(0, 5, 0);
    }

    private static void linked(Trials t) {
        Code c = t.code();
        int ll = 0xC0000000 | Trials.DATA << 21 | T1 << 16;
        int sc = 0xE0000000 | Trials.DATA << 21 | T2 << 16;
        int[][] tries = {
            {ll, sc},
            {ll, sc, sc},
            {ll, sc | 4},
            {ll, sc | 1},
            {ll, sc | 2, sc},
            {ll | 1, sc},
            {ll | 2},
            {sc},
            {ll, SYSCALL, sc},
            {ll, 0xAF880000, sc},
            {ll, 0xAF890000, sc},
            {0x10000001, ll, sc},
            {ll, 0x10000001, sc}
        };
        for (int[] words : tries) {
            t.li(T2, 0x1357);
            t.li(T0, 0x2468);
            t.trial(words);
            t.mfc0(T3, 17, 0);
            c.word(0x8F890000); // lw t1,0(gp)
        }
        t.li(T0, 0x00600000);
        t.trial(0xC0000000 | T0 << 21 | T1 << 16);
        t.trial(0xE0000000 | T0 << 21 | T2 << 16);
        t.tlbWrite(4, 0x00600000, 0, DATA_PFN | C | V, DATA_PFN + 64 | C | V);
        t.li(T0, 0x00600000);
        t.trial(0xC0000000 | T0 << 21 | T1 << 16, 0xE0000000 | T0 << 21 | T2 << 16, NOP); // sc to a clean page
    }

    private static void registers(Trials t) {
        for (int register = 0; register < 32; register++) {
            for (int select = 0; select < 8; select++) {
                boolean walker = register == 5 && select >= 5 || register == 6 && select == 6; // RI in QEMU
                boolean shared =
                        register >= 28 && register < 30 && select >= 2; // one register in QEMU, others in a 24K
                boolean moving = shared
                        || register == 21
                        || register == 9
                        || register == 12 && select == 0
                        || register == 13
                        || register == 23;
                if (walker || moving) {
                    continue;
                }
                t.mfc0(T2, register, select);
                for (int value : new int[] {-1, 0, 0x5A5A5A5A, 0xA5A5A5A5, 0x00001000, 7}) {
                    t.li(T0, value);
                    t.mtc0(T0, register, select);
                    t.mfc0(T1, register, select);
                }
                if (register == 15 && select == 1 || register == 12) {
                    t.mtc0(T2, register, select);
                }
            }
        }
        t.mtc0(0, 6, 0);
        for (int value : new int[] {-1, 0x0000FF00, 0x5A5A5A5A, 0xA5A5A5A5}) {
            t.li(T0, value & ~0x0040001F); // neither modes, BEV nor IE
            t.mtc0(T0, 12, 0);
            t.mfc0(T1, 12, 0);
        }
        t.mtc0(0, 12, 0);
        for (int value : new int[] {0xF7FFFFFF, 0, 0x00800000}) {
            t.li(T0, value);
            t.mtc0(T0, 13, 0);
            t.mfc0(T1, 13, 0);
        }
    }

    private static void counting(Trials t) {
        Code c = t.code();
        for (int value : new int[] {0, 0x7FFFFFF0, 0xFFFFFFF8, 12345}) {
            t.li(T0, value);
            t.mtc0(T0, 9, 0);
            t.mfc0(T1, 9, 0);
            t.mfc0(T2, 9, 0);
            t.mtc0(T1, 11, 0); // already past
            t.mfc0(T3, 13, 0);
            c.imm(0x09, T1, T1, 12);
            t.mtc0(T1, 11, 0);
            for (int i = 0; i < 12; i++) {
                t.mfc0(T3, 13, 0);
            }
            t.mtc0(T0, 9, 0); // the pending bit stays
            t.mfc0(T3, 13, 0);
            t.mtc0(T0, 11, 0);
            t.mfc0(T3, 13, 0);
        }
        t.li(T0, 0x08800000); // DC: Count stands still
        t.mtc0(T0, 13, 0);
        t.mfc0(T1, 9, 0);
        t.mfc0(T2, 9, 0);
        t.li(T2, 77);
        t.mtc0(T2, 9, 0);
        t.mfc0(T2, 9, 0);
        t.li(T0, 0x00800000);
        t.mtc0(T0, 13, 0);
        t.mfc0(T1, 9, 0);
        t.mfc0(T2, 9, 0);
        c.word(0x7C09103B); // rdhwr t1,$2
    }

    private static void wrapping(Trials t) {
        Code c = t.code();
        t.tlbWrite(1, 0, 0, DATA_PFN | C | D | V, DATA_PFN + 64 | C | D | V);
        int[][] addresses = {
            {0xFFFFFFFC, 8}, {0x7FFFFFFC, 4}, {0x80000000, -4}, {0x80000010, -0x8000}, {0x0000_7000, -0x7FFC}
        };
        for (int[] address : addresses) {
            t.li(T0, address[0]);
            t.trial(LW_T1_T0 | address[1] & 0xFFFF);
            t.trial(SW_T1_T0 | address[1] & 0xFFFF);
            t.trial(0x88000000 | T0 << 21 | T1 << 16 | address[1] & 0xFFFF); // lwl
        }
        t.li(T0, 0xFFFFFFFF);
        c.word(0x250A0001); // addiu t2,t0,1
        t.trial(0x210A7FFF); // addi
        t.li(T0, 0x80000000);
        t.trial(0x210AFFFF);
    }

    private static void oddSlots(Trials t) {
        Code c = t.code();
        // mtc0, tlbwr, cache, sync, wait-free system instructions in slots of taken and untaken branches.
        int[] slots = {
            0x40881000,
            0x42000006,
            0x42000008,
            0xBF810000,
            0x0000000F,
            0x40094800,
            0x41696000,
            0x41606020 & ~0x20,
            0x7C09003B,
            0x7000003B,
            0x46000000,
            0x01000031
        };
        t.li(T0, 0x00001006);
        for (int slot : slots) {
            t.trial(0x10000001, slot);
            t.trial(0x11000001, slot); // beq t0,zero: not taken
            t.trial(0x55000001, slot); // bnel t0,zero
            t.trial(0x51000001, slot); // beql t0,zero: nullified
            c.word(NOP);
        }
        t.li(T1, 5);
        t.trial(0x05310001, NOP); // bgezal t1
        c.word(0x03E05025); // or t2,ra,zero
    }
}
