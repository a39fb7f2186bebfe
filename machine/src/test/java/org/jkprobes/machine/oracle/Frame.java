package org.jkprobes.machine.oracle;

import static org.jkprobes.machine.oracle.Code.K0;
import static org.jkprobes.machine.oracle.Code.K1;

/**
 * What stands around generated code: exception vectors that skip the faulting instruction, a TLB refill handler that maps
 * what is touched, and the set-up. Handlers use k0 and k1 only.
 *
 * <p>Memory: the image from {@link #LOAD}; 128 KiB of data from physical {@link #DATA}. Every kuseg page is mapped into the
 * data area; page size, global, valid and dirty bits follow from bits of the address, so that a page has the same properties
 * whenever it is mapped, and no two TLB entries ever match one address (where QEMU and hardware differ).
 */
final class Frame {
    static final int LOAD = 0x80100000;
    static final int DATA = 0x00200000;
    static final int DATA_SIZE = 0x20000;
    /** Where a user-mode program sees the image and the data. */
    static final int USER_CODE = 0x40800000;

    /** From an address in the image to where user mode sees it. */
    static final int USER_MOVED = (int) (USER_CODE - 0x80100000L);

    static final int USER_DATA = 0x40A00000;

    static final int DATA_REGISTER = 28;
    static final int MAPPED_REGISTER = 29;

    private static final int REFILL = LOAD + 0x1000;
    private static final int GENERAL = REFILL + 0x180;
    private static final int INTERRUPT = REFILL + 0x200;
    private static final int INSTALL = REFILL + 0x300;
    private static final int SETUP = REFILL + 0x400;

    private static final int STATUS = 12;
    private static final int CAUSE = 13;
    private static final int EPC = 14;
    private static final int BAD_VADDR = 8;
    private static final int ENTRY_HI = 10;

    private Frame() {}

    /** Lays down everything that comes before the generated body. Afterwards interrupts are on and {@code ra} is free. */
    static void begin(Code c) {
        c.jump(2, SETUP);
        c.nop();
        c.org(REFILL);
        c.mfc0(K0, BAD_VADDR, 0);
        mapping(c);
        c.word(0x42000006); // tlbwr
        c.eret();
        c.org(GENERAL);
        general(c);
        c.org(INTERRUPT);
        interrupt(c);
        c.org(INSTALL);
        install(c);
        c.org(SETUP);
        setup(c);
    }

    /** EntryLo0, EntryLo1 and PageMask from the address in k0: 4 KiB pages, or 16 KiB where address bit 18 is set. */
    private static void mapping(Code c) {
        c.word(0x7C000000 | K0 << 21 | K1 << 16 | 0 << 11 | 18 << 6); // ext k1,k0,18,1
        c.special(0x23, K1, 0, K1, 0); // subu k1,zero,k1
        c.imm(0x0C, K1, K1, 0x6000); // andi k1,k1,0x6000
        c.mtc0(K1, 5, 0);
        // PFN 0x200 + 8 * address bits 16..15: within the data area for both page sizes
        c.word(0x7C000000 | K0 << 21 | K1 << 16 | 1 << 11 | 15 << 6); // ext k1,k0,15,2
        c.special(0x00, K1, 0, K1, 9); // sll k1,k1,9
        c.imm(0x0D, K1, K1, 0x8000); // ori k1,k1,0x8000
        // flags G, V, D from address bits 21..19, C = 3
        c.word(0x7C000000 | K0 << 21 | K0 << 16 | 2 << 11 | 19 << 6); // ext k0,k0,19,3
        c.special(0x25, K1, K1, K0, 0); // or k1,k1,k0
        c.imm(0x0E, K1, K1, 0x1E); // xori k1,k1,0x1e: low addresses are valid and writable
        c.mtc0(K1, 2, 0);
        c.imm(0x0E, K1, K1, 0x100 | 0x4); // xori: the odd page lies 16 KiB on and has the other dirty bit
        c.mtc0(K1, 3, 0);
    }

    private static void general(Code c) {
        c.mfc0(K0, CAUSE, 0);
        c.imm(0x0C, K1, K0, 0x7C); // andi k1,k0,0x7c
        c.branch(0x10000000 | K1 << 21, INTERRUPT); // beqz
        c.mfc0(K1, EPC, 0);
        int ifDelayed = c.here();
        c.nop();
        c.imm(0x09, K1, K1, 4);
        c.imm(0x09, K1, K1, -4);
        int toEnd = c.here();
        c.patch(ifDelayed, 0x04000000 | K0 << 21 | ((toEnd - ifDelayed - 4) >> 2)); // bltz k0: BD
        c.imm(0x09, K1, K1, 4);
        leaveUserMode(c);
        c.mtc0(K1, EPC, 0);
        c.eret();
    }

    /** A user program ends by jumping into kseg0: go on there, in kernel mode. k1 is the fetch address + 4. */
    private static void leaveUserMode(Code c) {
        c.mfc0(K0, STATUS, 0);
        c.imm(0x0C, K0, K0, 0x10);
        c.word(0x10000000 | K0 << 21 | 7); // beqz k0: not from user mode
        c.mfc0(K0, STATUS, 0);
        c.word(0x04010000 | K1 << 21 | 5); // bgez k1: not in kseg0
        c.imm(0x0E, K0, K0, 0x10);
        c.mtc0(K0, STATUS, 0);
        c.word(0x000000C0); // ehb
        c.imm(0x09, K1, K1, -4);
        c.nop();
    }

    private static void interrupt(Code c) {
        c.mfc0(K0, CAUSE, 0);
        c.li(K1, 0xFFFFFCFF); // software interrupts off
        c.special(0x24, K0, K0, K1, 0);
        c.mtc0(K0, CAUSE, 0);
        c.mfc0(K0, 9, 0);
        c.imm(0x09, K0, K0, 0x7000);
        c.mtc0(K0, 11, 0);
        c.eret();
    }

    /** A subroutine: maps the page of the address in k0 with tlbwi where it is mapped already, with tlbwr elsewhere. */
    private static void install(Code c) {
        c.mfc0(K1, ENTRY_HI, 0);
        c.imm(0x0C, K1, K1, 0xFF);
        c.word(0x7C000004 | K0 << 21 | K1 << 16 | 31 << 11 | 13 << 6); // ins k1,k0>>..: VPN2 from k0, see caller
        c.mtc0(K1, ENTRY_HI, 0);
        c.special(0x00, K0, 0, K0, 13);
        mapping(c);
        c.word(0x42000008); // tlbp
        c.mfc0(K0, 0, 0);
        int ifMissing = c.here();
        c.nop();
        c.nop();
        c.word(0x42000002); // tlbwi
        c.special(0x08, 0, Code.RA, 0, 0);
        c.nop();
        c.patch(ifMissing, 0x04000000 | K0 << 21 | ((c.here() - ifMissing - 4) >> 2));
        c.word(0x42000006); // tlbwr
        c.special(0x08, 0, Code.RA, 0, 0);
        c.nop();
    }

    /** Calls {@link #install} for {@code address}. */
    static void install(Code c, int address) {
        c.li(K0, address >>> 13);
        c.jump(3, INSTALL);
        c.nop();
    }

    private static void setup(Code c) {
        c.li(8, REFILL);
        c.mtc0(8, 15, 1);
        c.mtc0(0, 6, 0);
        c.mtc0(0, 5, 0);
        c.mtc0(0, 2, 0);
        c.mtc0(0, 3, 0);
        for (int i = 0; i < 16; i++) {
            // Unmatchable entries, as Linux makes them: at reset QEMU has 16 equal ones.
            c.li(8, 0x80000000 | i << 13);
            c.mtc0(8, ENTRY_HI, 0);
            c.li(8, i);
            c.mtc0(8, 0, 0);
            c.word(0x42000002);
        }
        c.mtc0(0, ENTRY_HI, 0);
        c.li(8, 0x00800000); // IV
        c.mtc0(8, CAUSE, 0);
        c.mfc0(8, 9, 0);
        c.imm(0x09, 8, 8, 2000);
        c.mtc0(8, 11, 0);
        c.li(8, 0x00008301);
        c.mtc0(8, STATUS, 0);
        c.li(DATA_REGISTER, 0x80000000 | DATA + DATA_SIZE / 2);
        c.li(MAPPED_REGISTER, 0x00018000);
    }

    /** Maps image and data into kuseg and goes on in user mode, with the data register set and RDHWR allowed for some. */
    static void enterUserMode(Code c, int hardwareRegisters) {
        c.li(8, hardwareRegisters);
        c.mtc0(8, 7, 0);
        wire(c, 0, USER_CODE, 0x7E000, 0x100000, 0x140000);
        wire(c, 1, USER_DATA, 0x1E000, DATA, DATA + 0x10000);
        c.li(8, 2);
        c.mtc0(8, 6, 0);
        c.mtc0(0, 5, 0);
        c.li(DATA_REGISTER, USER_DATA + DATA_SIZE / 2);
        c.li(8, 0x00008312); // UM, EXL
        c.mtc0(8, STATUS, 0);
        int user = c.here() + 5 * 4;
        c.li(8, user + USER_MOVED);
        c.mtc0(8, EPC, 0);
        c.word(0x000000C0); // ehb
        c.eret();
    }

    private static void wire(Code c, int index, int virtual, int mask, int even, int odd) {
        c.li(8, index);
        c.mtc0(8, 0, 0);
        c.li(8, virtual);
        c.mtc0(8, ENTRY_HI, 0);
        c.li(8, mask);
        c.mtc0(8, 5, 0);
        c.li(8, even >>> 6 | 0x1F);
        c.mtc0(8, 2, 0);
        c.li(8, odd >>> 6 | 0x1F);
        c.mtc0(8, 3, 0);
        c.word(0x42000002); // tlbwi
        c.mtc0(0, ENTRY_HI, 0);
    }

    /** The end of a user program: jumps to the kernel's end, in kseg0. */
    static int endOfUser(Code c) {
        c.li(8, c.here() + 4 * 4);
        c.special(0x08, 0, 8, 0, 0); // jr
        c.nop();
        return end(c);
    }

    /** Lays down the end, a store to the board's reset register, and says where that store is. */
    static int end(Code c) {
        c.word(0x41606000); // di
        c.word(0x000000C0); // ehb
        c.li(8, 0xBF000500);
        c.imm(0x0D, 9, 0, 0x42);
        int end = c.here();
        c.imm(0x2B, 9, 8, 0); // sw
        c.word(0x1000FFFF); // b .
        c.nop();
        return end;
    }
}
