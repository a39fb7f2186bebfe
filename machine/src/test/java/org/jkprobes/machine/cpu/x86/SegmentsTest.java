package org.jkprobes.machine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Loads of segment registers, limits, queries, far transfers: SDM vol. 3, chapter 5. */
final class SegmentsTest {
    private static final int EXTRA = 0x30;

    private final BarePc pc = new BarePc();

    private void refused(boolean done, int vector, int error) {
        assertThat(done).isFalse();
        assertThat(pc.system.fault.vector()).isEqualTo(vector);
        assertThat(pc.system.fault.errorCode()).isEqualTo(error);
    }

    private boolean load(int number, int selector) {
        return pc.system.segments.load(number, selector);
    }

    private void extra(int access) {
        pc.gdt(EXTRA, BarePc.descriptor(0x12345678, 0xabcde, access, 0x4));
    }

    @Test
    void realModeKeepsTheLimit() {
        assertThat(load(Segment.DS, 0x1234)).isTrue();
        assertThat(pc.state.segment(Segment.DS).base).isEqualTo(0x12340);
        assertThat(pc.bases[Segment.DS]).isEqualTo(0x12340);
        assertThat(pc.system.limits.check(Segment.DS, 0xfffe, 2, true)).isTrue();
        refused(pc.system.limits.check(Segment.DS, 0xffff, 2, true), Vectors.PROTECTION, 0);
        refused(pc.system.limits.check(Segment.SS, 0xffff, 2, true), Vectors.STACK, 0);
    }

    @Test
    void aDescriptorIsTakenApart() {
        pc.protected32();
        extra(0x92);
        assertThat(load(Segment.FS, EXTRA)).isTrue();
        Segment fs = pc.state.segment(Segment.FS);
        assertThat(fs.base).isEqualTo(0x12345678);
        assertThat(fs.limit).isEqualTo(0xabcde);
        assertThat(pc.bases[Segment.FS]).isEqualTo(0x12345678);
        assertThat(pc.load(BarePc.GDT + EXTRA + 5, 1)).as("accessed").isEqualTo(0x93);
        assertThat(pc.system.limits.check(Segment.FS, 0xabcdb, 4, true)).isTrue();
        refused(pc.system.limits.check(Segment.FS, 0xabcdc, 4, false), Vectors.PROTECTION, 0);
        assertThat(pc.state.modeBits() & ModeBits.FS_LIMIT).isNotZero();
        assertThat(pc.state.modeBits() & (ModeBits.DATA_LIMIT | ModeBits.DATA_BASE))
                .isZero();
    }

    @Test
    void expandDownSegmentsHaveTheirLimitBelow() {
        pc.protected32();
        pc.gdt(EXTRA, BarePc.descriptor(0, 0xfff, 0x96, 0x4));
        assertThat(load(Segment.DS, EXTRA)).isTrue();
        refused(pc.system.limits.check(Segment.DS, 0xfff, 1, false), Vectors.PROTECTION, 0);
        assertThat(pc.system.limits.check(Segment.DS, 0x1000, 4, true)).isTrue();
        assertThat(pc.system.limits.check(Segment.DS, 0xfffffffcL, 4, true)).isTrue();
        refused(pc.system.limits.check(Segment.DS, 0xfffffffdL, 4, true), Vectors.PROTECTION, 0);
    }

    @Test
    void dataSegments() {
        pc.protected32();
        refused(load(Segment.DS, 0x1000), Vectors.PROTECTION, 0x1000);
        refused(load(Segment.DS, 0x0c), Vectors.PROTECTION, 0x0c);
        extra(0x12);
        refused(load(Segment.DS, EXTRA), Vectors.NOT_PRESENT, EXTRA);
        extra(0x98);
        refused(load(Segment.DS, EXTRA), Vectors.PROTECTION, EXTRA);
        refused(load(Segment.DS, BarePc.TSS_SELECTOR), Vectors.PROTECTION, BarePc.TSS_SELECTOR);
        refused(load(Segment.DS, BarePc.KERNEL_DS | 3), Vectors.PROTECTION, BarePc.KERNEL_DS);
        extra(0x9a);
        assertThat(load(Segment.DS, EXTRA)).isTrue();
        refused(pc.system.limits.check(Segment.DS, 0, 1, true), Vectors.PROTECTION, 0);
        assertThat(load(Segment.DS, 3)).isTrue();
        refused(pc.system.limits.check(Segment.DS, 0, 1, false), Vectors.PROTECTION, 0);
    }

    @Test
    void stackSegments() {
        pc.protected32();
        refused(load(Segment.SS, 0), Vectors.PROTECTION, 0);
        refused(load(Segment.SS, BarePc.USER_DS), Vectors.PROTECTION, BarePc.USER_DS);
        refused(load(Segment.SS, BarePc.KERNEL_CS), Vectors.PROTECTION, BarePc.KERNEL_CS);
        extra(0x12);
        refused(load(Segment.SS, EXTRA), Vectors.STACK, EXTRA);
        refused(load(Segment.CS, BarePc.KERNEL_CS), Vectors.UNDEFINED, 0);
    }

    @Test
    void nullStackIn64BitMode() {
        pc.long64();
        assertThat(load(Segment.SS, 0)).isTrue();
        refused(load(Segment.SS, 1), Vectors.PROTECTION, 0);
        pc.loadData(0);
        assertThat(pc.system.msrs.write(Msrs.GS_BASE, 0xffff_8000_0000_1000L, 0))
                .isTrue();
        assertThat(pc.bases[Segment.GS]).isEqualTo(0xffff_8000_0000_1000L);
        extra(0x92);
        assertThat(load(Segment.DS, EXTRA)).isTrue();
        assertThat(pc.bases[Segment.DS]).as("no base in 64-bit mode").isZero();
        assertThat(load(Segment.FS, EXTRA)).isTrue();
        assertThat(pc.bases[Segment.FS]).isEqualTo(0x12345678);
    }

    @Test
    void localTable() {
        pc.protected32();
        pc.gdt(EXTRA, BarePc.descriptor(BarePc.LDT, 0xf, 0x82, 0));
        pc.store(BarePc.LDT + 8, 8, BarePc.descriptor(0x9000, 0xff, 0x92, 0));
        assertThat(pc.system.tableRegisters.loadLdt(EXTRA)).isTrue();
        assertThat(load(Segment.GS, 0x0c)).isTrue();
        assertThat(pc.state.segment(Segment.GS).base).isEqualTo(0x9000);
        refused(load(Segment.GS, 0x14), Vectors.PROTECTION, 0x14);
    }

    @Test
    void taskRegisterIsBusyOnce() {
        pc.protected32();
        assertThat(pc.load(BarePc.GDT + BarePc.TSS_SELECTOR + 5, 1)).isEqualTo(0x8b);
        refused(pc.system.tableRegisters.loadTask(BarePc.TSS_SELECTOR), Vectors.PROTECTION, BarePc.TSS_SELECTOR);
    }

    @Test
    void queries() {
        pc.protected32();
        SegmentQueries queries = pc.system.queries;
        assertThat(queries.accessRights(BarePc.USER_DS)).isTrue();
        assertThat(queries.valid()).isTrue();
        assertThat(queries.value()).isEqualTo(0xc0f300);
        assertThat(queries.limit(BarePc.TSS_SELECTOR)).isTrue();
        assertThat(queries.value()).isEqualTo(0x2067);
        assertThat(queries.limit(0x1000)).isTrue();
        assertThat(queries.valid()).isFalse();
        assertThat(queries.verifyWrite(BarePc.KERNEL_CS)).isTrue();
        assertThat(queries.valid()).isFalse();
        assertThat(queries.verifyRead(BarePc.KERNEL_CS)).isTrue();
        assertThat(queries.valid()).isTrue();
        pc.enterUser(BarePc.USER_CS32 | 3, 0x1000, 0x2000, Flag.FIXED);
        assertThat(queries.verifyRead(BarePc.KERNEL_DS)).isTrue();
        assertThat(queries.valid()).isFalse();
    }

    @Test
    void farCallAndReturn() {
        pc.protected32();
        String before = pc.visible();
        long rip = pc.rip();
        assertThat(pc.system.transfers.call(BarePc.KERNEL_CS, 0x7000, 4, rip)).isTrue();
        assertThat(pc.rip()).isEqualTo(0x7000);
        assertThat(pc.load(pc.gpr(X86Registers.RSP), 4)).isEqualTo(rip);
        assertThat(pc.load(pc.gpr(X86Registers.RSP) + 4, 4)).isEqualTo(BarePc.KERNEL_CS);
        assertThat(pc.system.returns.farReturn(4, 0)).isTrue();
        assertThat(pc.visible()).isEqualTo(before);
        refused(pc.system.transfers.jump(0, 0, 4, 0), Vectors.PROTECTION, 0);
        refused(pc.system.transfers.jump(BarePc.USER_CS32 | 3, 0, 4, 0), Vectors.PROTECTION, BarePc.USER_CS32);
    }

    @Test
    void callGateInwardsAndBack() {
        pc.protected32();
        pc.store(BarePc.GDT + EXTRA, 8, 0x7000L | (long) BarePc.KERNEL_CS << 16 | 2L << 32 | 0xecL << 40);
        pc.enterUser(BarePc.USER_CS32 | 3, 0x40_0000, 0x70_0000, Flag.FIXED);
        pc.store(0x70_0000, 4, 0x111);
        pc.store(0x70_0004, 4, 0x222);
        assertThat(pc.system.transfers.call(EXTRA | 3, 0, 4, 0x40_0007)).isTrue();
        assertThat(pc.state.cpl).isZero();
        assertThat(pc.rip()).isEqualTo(0x7000);
        long sp = pc.gpr(X86Registers.RSP);
        assertThat(sp).isEqualTo(BarePc.INNER_STACK_TOP - 24);
        assertThat(pc.load(sp, 4)).isEqualTo(0x40_0007);
        assertThat(pc.load(sp + 8, 4)).isEqualTo(0x111);
        assertThat(pc.load(sp + 12, 4)).isEqualTo(0x222);
        assertThat(pc.load(sp + 16, 4)).isEqualTo(0x70_0000);
        assertThat(pc.system.returns.farReturn(4, 8)).isTrue();
        assertThat(pc.state.cpl).isEqualTo(3);
        assertThat(pc.rip()).isEqualTo(0x40_0007);
        assertThat(pc.gpr(X86Registers.RSP)).isEqualTo(0x70_0008);
    }

    /** SDM vol. 2, RET and IRET, "RETURN TO OUTER PRIVILEGE LEVEL". */
    @Test
    void returnsOutwardsCheckTheStackBeforeTheOffset() {
        pc.protected32();
        pc.gdt(BarePc.USER_CS32, BarePc.descriptor(0, 0xfffff, BarePc.CODE_ACCESS | 0x60, 4));
        frame(4, 0x40_0000, BarePc.USER_CS32 | 3, 0x70_0000, BarePc.KERNEL_DS | 3);
        refused(pc.system.returns.farReturn(4, 0), Vectors.PROTECTION, BarePc.KERNEL_DS);
        frame(4, 0x40_0000, BarePc.USER_CS32 | 3, 0x70_0000, BarePc.USER_DS | 3);
        refused(pc.system.returns.farReturn(4, 0), Vectors.PROTECTION, 0);
        frame(4, 0x40_0000, BarePc.USER_CS32 | 3, Flag.FIXED, 0x70_0000, BarePc.KERNEL_DS | 3);
        refused(pc.system.returns.interruptReturn(4, 0), Vectors.PROTECTION, BarePc.KERNEL_DS);
        pc.long64();
        frame(8, 1L << 60, BarePc.USER_CS | 3, 0x70_0000, BarePc.KERNEL_DS | 3);
        refused(pc.system.returns.farReturn(8, 0), Vectors.PROTECTION, BarePc.KERNEL_DS);
        frame(8, 1L << 60, BarePc.USER_CS | 3, Flag.FIXED, 0x70_0000, BarePc.KERNEL_DS | 3);
        refused(pc.system.returns.interruptReturn(8, 0), Vectors.PROTECTION, BarePc.KERNEL_DS);
        frame(8, 1L << 60, BarePc.USER_CS | 3, 0x70_0000, BarePc.USER_DS | 3);
        refused(pc.system.returns.farReturn(8, 0), Vectors.PROTECTION, 0);
        assertThat(pc.state.cpl).isZero();
    }

    private void frame(int size, long... items) {
        for (int i = 0; i < items.length; i++) {
            pc.store(BarePc.STACK_TOP - 0x100 + (long) i * size, size, items[i]);
        }
        pc.gpr(X86Registers.RSP, BarePc.STACK_TOP - 0x100);
    }

    @Test
    void longModeIsReachedByAFarJump() {
        pc.long64();
        assertThat(pc.state.in64BitMode()).isTrue();
        assertThat(pc.state.modeBits() & ModeBits.LONG).isNotZero();
        assertThat(pc.system.transfers.jump(BarePc.KERNEL_DS, 0x1000, 4, 0)).isFalse();
        pc.gdt(EXTRA, BarePc.descriptor(0, 0xfffff, 0x9b, 0xc));
        assertThat(pc.system.transfers.jump(EXTRA, 0x1000, 4, 0)).isTrue();
        assertThat(pc.state.in64BitMode()).isFalse();
        assertThat(pc.system.controls.write(0, Cr.CR0_PE)).isTrue();
        assertThat(pc.state.longMode()).isFalse();
    }
}
