package org.jkprobes.machine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Walks of hand-built tables; what is expected is that of the SDM, vol. 3, chapter 4. */
final class PagingTest {
    private static final long P = 1;
    private static final long W = 2;
    private static final long U = 4;
    private static final long A = 0x20;
    private static final long D = 0x40;
    private static final long PS = 0x80;
    private static final long NX = 1L << 63;

    private final BarePc pc = new BarePc();

    /** Enters paging with tables at ROOT; the caller has put the control bits of CR4 and EFER. */
    private void page(long cr4, long efer) {
        assertThat(pc.system.controls.write(4, cr4)).isTrue();
        assertThat(pc.system.msrs.write(Msrs.EFER, efer, 0)).isTrue();
        assertThat(pc.system.controls.write(3, BarePc.ROOT)).isTrue();
        assertThat(pc.system.controls.write(0, Cr.CR0_PE | Cr.CR0_PG | Cr.CR0_WP))
                .isTrue();
    }

    private long read(long linear) {
        return pc.system.paging.translate(linear, Access.READ, false);
    }

    private long write(long linear) {
        return pc.system.paging.translate(linear, Access.WRITE, false);
    }

    private void pageFault(long linear, Access access, boolean user, int error) {
        assertThat(pc.system.paging.translate(linear, access, user)).isEqualTo(-1);
        assertThat(pc.system.fault.vector()).isEqualTo(Vectors.PAGE_FAULT);
        assertThat(pc.system.fault.errorCode()).isEqualTo(error);
        assertThat(pc.state.cr2).isEqualTo(linear);
    }

    @Test
    void withoutPagingLinearIsPhysical() {
        assertThat(read(0xfee00123L)).isEqualTo(0xfee00123L);
    }

    @Test
    void twoLevels() {
        int table = pc.table();
        pc.store(BarePc.ROOT + 4 * 0x301, 4, table | P | W);
        pc.store(table + 4 * 0x23, 4, 0x00abc000 | P | W);
        page(Cr.CR4_PSE, 0);
        assertThat(read(0xc0423789L)).isEqualTo(0x00abc789);
        assertThat(pc.load(BarePc.ROOT + 4 * 0x301, 4)).isEqualTo(table | P | W | A);
        assertThat(pc.load(table + 4 * 0x23, 4)).isEqualTo(0x00abc000 | P | W | A);
        assertThat(pc.system.paging.writable()).isFalse();
        assertThat(write(0xc0423789L)).isEqualTo(0x00abc789);
        assertThat(pc.load(table + 4 * 0x23, 4)).isEqualTo(0x00abc000 | P | W | A | D);
        assertThat(pc.load(BarePc.ROOT + 4 * 0x301, 4)).isEqualTo(table | P | W | A);
        assertThat(pc.system.paging.writable()).isTrue();
        pageFault(0xc0424000L, Access.WRITE, false, 2);
        pageFault(0x1000, Access.READ, true, 4);
        pageFault(0xc0423000L, Access.FETCH, true, 5);
    }

    @Test
    void fourMegabytePagesReachBeyond32Bits() {
        pc.store(BarePc.ROOT + 4 * 2, 4, 0x00c00000 | 0x5 << 13 | P | W | PS);
        page(Cr.CR4_PSE, 0);
        assertThat(read(0x00812345)).isEqualTo(0x5_00c12345L);
        pc.store(BarePc.ROOT + 4 * 3, 4, 0x00c00000 | 1 << 21 | P | W | PS);
        pageFault(0x00c00000, Access.READ, false, 9);
    }

    @Test
    void withoutPseTheBitMeansNothing() {
        int table = pc.table();
        pc.store(BarePc.ROOT, 4, table | P | W | PS);
        pc.store(table + 4, 4, 0x5000 | P);
        page(0, 0);
        assertThat(read(0x1004)).isEqualTo(0x5004);
    }

    @Test
    void pae() {
        int directory = pc.table();
        int table = pc.table();
        pc.store(BarePc.ROOT + 8 * 3, 8, directory | P);
        pc.store(directory + 8 * 2, 8, table | P | W | U);
        pc.store(directory + 8 * 3, 8, 0x12_34600000L | P | W | PS);
        pc.store(table + 8 * 5, 8, 0x1f_00007000L | P | W | NX);
        page(Cr.CR4_PAE, Cr.EFER_NXE);
        assertThat(read(0xc0405678L)).isEqualTo(0x1f_00007678L);
        assertThat(read(0xc0712345L)).isEqualTo(0x12_34712345L);
        assertThat(pc.load(BarePc.ROOT + 8 * 3, 8)).isEqualTo(directory | P);
        pageFault(0xc0405000L, Access.FETCH, false, 0x11);
        pc.store(BarePc.ROOT + 8 * 2, 8, directory | P | W);
        pageFault(0x80400000L, Access.READ, false, 9);
        pc.store(table + 8 * 6, 8, 0x7000L | P | 1L << 40);
        pageFault(0xc0406000L, Access.READ, false, 9);
        pc.store(table + 8 * 7, 8, 0x7000L | P | 1L << 55);
        pageFault(0xc0407000L, Access.READ, false, 9);
    }

    @Test
    void noExecuteIsReservedWhileItIsOff() {
        int directory = pc.table();
        pc.store(BarePc.ROOT, 8, directory | P);
        pc.store(directory, 8, P | W | PS | NX);
        page(Cr.CR4_PAE, 0);
        pageFault(0x1000, Access.READ, false, 9);
    }

    private BarePc fourLevels() {
        return pc.long64();
    }

    /** Maps a page of an address in the upper half; returns where its last entry lies. */
    private long map(long linear, long entry) {
        long at = BarePc.ROOT;
        for (int shift = 39; shift > 12; shift -= 9) {
            long slot = at + (linear >>> shift & 511) * 8;
            if (pc.load(slot, 8) == 0) {
                pc.store(slot, 8, pc.table() | P | W | U);
            }
            at = pc.load(slot, 8) & 0xfffff000L;
        }
        long slot = at + (linear >>> 12 & 511) * 8;
        pc.store(slot, 8, entry);
        return slot;
    }

    @Test
    void fourLevelsAndBothSizesOfLargePages() {
        fourLevels();
        long high = 0xffff_8123_4567_8000L;
        long slot = map(high, 0xab_cdef_0000L & 0xff_ffff_f000L | P | W);
        assertThat(read(high + 0x9a)).isEqualTo(0xab_cdef_009aL);
        assertThat(pc.load(slot, 8) & (A | D)).isEqualTo(A);
        int pointers = pc.table();
        int directory = pc.table();
        pc.store(BarePc.ROOT + 8 * 511, 8, pointers | P | W);
        pc.store(pointers + 8 * 510, 8, directory | P | W);
        pc.store(directory + 8 * 8, 8, 0x0060_0000 | P | W | PS);
        pc.store(pointers + 8 * 509, 8, 0x3_4000_0000L | P | W | PS);
        assertThat(read(0xffffffff_81012345L)).isEqualTo(0x0061_2345);
        assertThat(read(0xffffffff_40012345L)).isEqualTo(0x3_4001_2345L);
        pc.store(directory + 8 * 9, 8, 0x0060_2000 | P | W | PS);
        pageFault(0xffffffff_81200000L, Access.READ, false, 9);
        pc.store(BarePc.ROOT + 8 * 510, 8, pointers | P | W | PS);
        pageFault(0xffffff00_00000000L, Access.READ, false, 9);
    }

    @Test
    void addressesThatAreNotCanonicalAreProtectionFaults() {
        fourLevels();
        assertThat(read(0x0000_8000_0000_0000L)).isEqualTo(-1);
        assertThat(pc.system.fault.vector()).isEqualTo(Vectors.PROTECTION);
        assertThat(pc.system.fault.errorCode()).isZero();
    }

    /** Every combination of page rights, CR0.WP, SMEP, SMAP, privilege and access, against the manual's rules (4.6.1). */
    @Test
    void rights() {
        fourLevels();
        int checked = 0;
        for (int bits = 0; bits < 1 << 6; bits++) {
            boolean userPage = (bits & 1) != 0;
            boolean writablePage = (bits & 2) != 0;
            boolean noExecute = (bits & 4) != 0;
            boolean wp = (bits & 8) != 0;
            boolean smep = (bits & 16) != 0;
            boolean smap = (bits & 32) != 0;
            pc.system.controls.write(0, Cr.CR0_PE | Cr.CR0_PG | (wp ? Cr.CR0_WP : 0));
            pc.system.controls.write(4, Cr.CR4_PAE | (smep ? Cr.CR4_SMEP : 0) | (smap ? Cr.CR4_SMAP : 0));
            long linear = 0xffff_9000_0000_0000L + bits * 0x1000L;
            map(linear, 0x7000 | P | (userPage ? U : 0) | (writablePage ? W : 0) | (noExecute ? NX : 0));
            for (int privilege = 0; privilege < 3; privilege++) {
                for (Access access : Access.values()) {
                    boolean user = privilege == Privilege.USER;
                    boolean may = user ? userPage : true;
                    if (access == Access.WRITE && !writablePage && (user || wp)) {
                        may = false;
                    }
                    if (access == Access.FETCH && (noExecute || !user && userPage && smep)) {
                        may = false;
                    }
                    if (access != Access.FETCH && !user && userPage && smap && privilege != Privilege.SUPERVISOR_AC) {
                        may = false;
                    }
                    long physical = pc.system.paging.translate(linear + 8, access, privilege);
                    assertThat(physical)
                            .as("page rights %x, %s as %d", bits, access, privilege)
                            .isEqualTo(may ? 0x7008 : -1);
                    if (!may) {
                        int error = 1
                                | (access == Access.WRITE ? 2 : 0)
                                | (user ? 4 : 0)
                                | (access == Access.FETCH ? 16 : 0);
                        assertThat(pc.system.fault.errorCode()).isEqualTo(error);
                    }
                    checked++;
                }
            }
        }
        assertThat(checked).isEqualTo(64 * 9);
    }

    @Test
    void rightsOfAllLevelsCount() {
        fourLevels();
        long linear = 0xffff_9000_0000_0000L;
        map(linear, 0x7000 | P | W | U);
        long top = BarePc.ROOT + (linear >>> 39 & 511) * 8;
        pc.store(top, 8, pc.load(top, 8) & ~W | NX);
        pageFault(linear, Access.WRITE, true, 7);
        pageFault(linear, Access.FETCH, true, 0x15);
        assertThat(pc.system.paging.translate(linear, Access.READ, true)).isEqualTo(0x7000);
    }

    @Test
    void aRefusedAccessLeavesTheTablesAlone() {
        fourLevels();
        long linear = 0xffff_9000_0000_0000L;
        long slot = map(linear, 0x7000 | P);
        pageFault(linear, Access.WRITE, false, 3);
        assertThat(pc.load(slot, 8)).isEqualTo(0x7000 | P);
    }

    @Test
    void aTranslationLivesUntilItIsDropped() {
        fourLevels();
        long linear = 0xffff_9000_0000_0000L;
        long slot = map(linear, 0x7000 | P | W);
        assertThat(read(linear)).isEqualTo(0x7000);
        pc.store(slot, 8, 0x8000 | P | W);
        assertThat(read(linear)).isEqualTo(0x7000);
        pc.system.controls.invalidatePage(linear + 0x123);
        assertThat(read(linear)).isEqualTo(0x8000);
        pc.store(slot, 8, 0);
        pc.system.controls.write(3, BarePc.ROOT);
        pageFault(linear, Access.READ, false, 0);
    }

    /** Linux makes pages more permissive without telling the TLB, and counts on the CPU to look again before it faults. */
    @Test
    void moreRightsNeedNoFlush() {
        fourLevels();
        long linear = 0xffff_9000_0000_0000L;
        long slot = map(linear, 0x7000 | P);
        assertThat(read(linear)).isEqualTo(0x7000);
        pc.store(slot, 8, 0x8000 | P | W);
        pc.log.clear();
        assertThat(write(linear)).isEqualTo(0x8000);
        assertThat(pc.log).containsExactly("page " + Long.toHexString(linear));
        assertThat(read(linear)).isEqualTo(0x8000);
    }

    @Test
    void globalPagesOutliveCr3() {
        fourLevels();
        long linear = 0xffff_9000_0000_0000L;
        long slot = map(linear, 0x7000 | P | 0x100);
        assertThat(read(linear)).isEqualTo(0x7000);
        pc.store(slot, 8, 0x8000 | P);
        pc.system.controls.write(3, BarePc.ROOT);
        assertThat(read(linear)).isEqualTo(0x7000);
        pc.system.controls.write(4, Cr.CR4_PAE);
        assertThat(read(linear)).isEqualTo(0x8000);
    }

    @Test
    void invlpgInsideALargePageDropsAllOfIt() {
        fourLevels();
        int pointers = pc.table();
        int directory = pc.table();
        pc.store(BarePc.ROOT + 8 * 511, 8, pointers | P | W);
        pc.store(pointers + 8 * 510, 8, directory | P | W);
        pc.store(directory + 8 * 8, 8, 0x0060_0000 | P | W | PS);
        long start = 0xffffffff_81000000L;
        assertThat(read(start)).isEqualTo(0x0060_0000);
        assertThat(read(start + 0x1ff000)).isEqualTo(0x007f_f000);
        pc.store(directory + 8 * 8, 8, 0x0080_0000 | P | W | PS);
        assertThat(read(start)).isEqualTo(0x0060_0000);
        pc.system.controls.invalidatePage(start + 0x45000);
        assertThat(read(start)).isEqualTo(0x0080_0000);
        assertThat(read(start + 0x1ff000)).isEqualTo(0x009f_f000);
    }

    @Test
    void peekingHasNoEffect() {
        fourLevels();
        long linear = 0xffff_9000_0000_0000L;
        long slot = map(linear, 0x7000 | P);
        byte[] before = pc.snapshot();
        assertThat(pc.system.paging.peek(linear + 5)).isEqualTo(0x7005);
        assertThat(pc.system.paging.peek(linear + 0x1000)).isEqualTo(-1);
        assertThat(pc.snapshot()).isEqualTo(before);
        assertThat(pc.load(slot, 8)).isEqualTo(0x7000 | P);
    }
}
