package org.jkprobes.machine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SystemRegistersTest {
    private static final long FLAGS = Flag.IF | Flag.CF | Flag.FIXED;

    private final BarePc pc = new BarePc();

    private void refused(boolean done, int vector, int error) {
        assertThat(done).isFalse();
        assertThat(pc.system.fault.vector()).isEqualTo(vector);
        assertThat(pc.system.fault.errorCode()).isEqualTo(error);
    }

    /** SYSCALL and SYSRET with the selectors and the mask of a Linux kernel (AMD64 APM vol. 3). */
    @Test
    void syscallAndSysret() {
        pc.long64();
        assertThat(pc.system.msrs.write(Msrs.STAR, 0x18L << 48 | (long) BarePc.KERNEL_CS << 32, 0))
                .isTrue();
        assertThat(pc.system.msrs.write(Msrs.LSTAR, 0xffff_8000_0000_1000L, 0)).isTrue();
        assertThat(pc.system.msrs.write(Msrs.FMASK, Flag.IF | Flag.TF, 0)).isTrue();
        pc.enterUser(BarePc.USER_CS | 3, 0x40_0000, 0x70_0000, FLAGS);
        assertThat(pc.system.systemCalls.syscall(0x40_0002)).isTrue();
        assertThat(pc.rip()).isEqualTo(0xffff_8000_0000_1000L);
        assertThat(pc.gpr(X86Registers.RCX)).isEqualTo(0x40_0002);
        assertThat(pc.gpr(X86Registers.R11)).isEqualTo(FLAGS);
        assertThat(pc.rflags()).isEqualTo(FLAGS & ~Flag.IF);
        assertThat(pc.gpr(X86Registers.RSP)).isEqualTo(0x70_0000);
        assertThat(pc.state.segment(Segment.CS).selector).isEqualTo(BarePc.KERNEL_CS);
        assertThat(pc.state.segment(Segment.SS).selector).isEqualTo(BarePc.KERNEL_DS);
        assertThat(pc.state.cpl).isZero();
        assertThat(pc.system.systemCalls.sysret(true)).isTrue();
        assertThat(pc.rip()).isEqualTo(0x40_0002);
        assertThat(pc.state.cpl).isEqualTo(3);
        assertThat(pc.rflags()).isEqualTo(FLAGS);
        assertThat(pc.state.segment(Segment.CS).selector).isEqualTo(BarePc.USER_CS | 3);
        assertThat(pc.state.segment(Segment.SS).selector).isEqualTo(BarePc.USER_DS | 3);
        assertThat(pc.state.in64BitMode()).isTrue();
        refused(pc.system.systemCalls.sysret(true), Vectors.PROTECTION, 0);
        refused(pc.system.systemCalls.sysenter(), Vectors.UNDEFINED, 0);
    }

    @Test
    void sysretTo32Bit() {
        pc.long64();
        assertThat(pc.system.msrs.write(Msrs.STAR, 0x18L << 48, 0)).isTrue();
        pc.gpr(X86Registers.RCX, 0x9_0040_0000L);
        pc.gpr(X86Registers.R11, FLAGS);
        assertThat(pc.system.systemCalls.sysret(false)).isTrue();
        assertThat(pc.rip()).isEqualTo(0x40_0000);
        assertThat(pc.state.segment(Segment.CS).selector).isEqualTo(BarePc.USER_CS32 | 3);
        assertThat(pc.state.in64BitMode()).isFalse();
    }

    @Test
    void sysenterAndSysexit() {
        pc.protected32();
        refused(pc.system.systemCalls.sysenter(), Vectors.PROTECTION, 0);
        assertThat(pc.system.msrs.write(Msrs.SYSENTER_CS, BarePc.KERNEL_CS, 0)).isTrue();
        assertThat(pc.system.msrs.write(Msrs.SYSENTER_ESP, 0x9000, 0)).isTrue();
        assertThat(pc.system.msrs.write(Msrs.SYSENTER_EIP, 0x7000, 0)).isTrue();
        pc.enterUser(BarePc.USER_CS32 | 3, 0x40_0000, 0x70_0000, FLAGS);
        assertThat(pc.system.systemCalls.sysenter()).isTrue();
        assertThat(pc.rip()).isEqualTo(0x7000);
        assertThat(pc.gpr(X86Registers.RSP)).isEqualTo(0x9000);
        assertThat(pc.rflags()).isEqualTo(FLAGS & ~Flag.IF);
        assertThat(pc.state.segment(Segment.SS).selector).isEqualTo(BarePc.KERNEL_DS);
        pc.gpr(X86Registers.RCX, 0x70_0000);
        pc.gpr(X86Registers.RDX, 0x40_0002);
        assertThat(pc.system.systemCalls.sysexit()).isTrue();
        assertThat(pc.rip()).isEqualTo(0x40_0002);
        assertThat(pc.gpr(X86Registers.RSP)).isEqualTo(0x70_0000);
        assertThat(pc.state.segment(Segment.CS).selector).isEqualTo(BarePc.USER_CS32 | 3);
        assertThat(pc.state.segment(Segment.SS).selector).isEqualTo(BarePc.USER_DS | 3);
    }

    @Test
    void swapGs() {
        pc.long64();
        assertThat(pc.system.msrs.write(Msrs.KERNEL_GS_BASE, 0xffff_8000_0000_0000L, 0))
                .isTrue();
        assertThat(pc.system.msrs.write(Msrs.GS_BASE, 0x7000, 0)).isTrue();
        pc.swapGs();
        assertThat(pc.bases[Segment.GS]).isEqualTo(0xffff_8000_0000_0000L);
        assertThat(pc.kernelGsBase()).isEqualTo(0x7000);
        // Whoever asks sees it, and whoever changes another base does not undo it.
        assertThat(pc.system.msrs.read(Msrs.GS_BASE, 0)).isTrue();
        assertThat(pc.system.msrs.value()).isEqualTo(0xffff_8000_0000_0000L);
        pc.swapGs();
        pc.state.publish();
        assertThat(pc.state.base(Segment.GS)).isEqualTo(0x7000);
        assertThat(pc.system.msrs.write(Msrs.GS_BASE, 0xffff_8000_0000_0000L, 0))
                .isTrue();
        assertThat(pc.bases[Segment.GS]).isEqualTo(0xffff_8000_0000_0000L);
        refused(pc.system.systemCalls.swapGs(), Vectors.PROTECTION, 0);
        refused(pc.system.msrs.write(Msrs.GS_BASE, 0x8000_0000_0000L, 0), Vectors.PROTECTION, 0);
    }

    @Test
    void controlRegisterChecks() {
        ControlRegisters controls = pc.system.controls;
        refused(controls.write(0, Cr.CR0_PG), Vectors.PROTECTION, 0);
        refused(controls.write(0, Cr.CR0_NW), Vectors.PROTECTION, 0);
        refused(controls.write(1, 0), Vectors.UNDEFINED, 0);
        refused(controls.write(4, 1 << 13), Vectors.PROTECTION, 0);
        assertThat(pc.system.msrs.write(Msrs.EFER, Cr.EFER_LME, 0)).isTrue();
        refused(controls.write(0, Cr.CR0_PE | Cr.CR0_PG), Vectors.PROTECTION, 0);
        pc.long64();
        refused(controls.write(4, 0), Vectors.PROTECTION, 0);
        refused(controls.write(0, Cr.CR0_PE), Vectors.PROTECTION, 0);
        refused(controls.write(3, 1L << 40), Vectors.PROTECTION, 0);
        refused(pc.system.msrs.write(Msrs.EFER, 0, 0), Vectors.PROTECTION, 0);
        assertThat(controls.write(8, 7)).isTrue();
        assertThat(pc.log).contains("priority 7");
        refused(controls.write(8, 16), Vectors.PROTECTION, 0);
        assertThat(controls.read(0)).isTrue();
        assertThat(controls.value()).isEqualTo(Cr.CR0_PE | Cr.CR0_PG | Cr.CR0_WP | Cr.CR0_ET);
        pc.enterUser(BarePc.USER_CS | 3, 0x40_0000, 0x70_0000, FLAGS);
        refused(controls.read(0), Vectors.PROTECTION, 0);
        refused(controls.clearTaskSwitched(), Vectors.PROTECTION, 0);
        refused(pc.system.msrs.read(Msrs.EFER, 0), Vectors.PROTECTION, 0);
    }

    @Test
    void statusWordCannotLeaveProtectedMode() {
        pc.protected32();
        assertThat(pc.system.controls.loadStatusWord(8)).isTrue();
        assertThat(pc.state.cr0 & 0xf).isEqualTo(Cr.CR0_PE | Cr.CR0_TS);
        assertThat(pc.state.modeBits() & ModeBits.FPU_CHECK).isNotZero();
    }

    @Test
    void timeStampCounter() {
        Msrs msrs = pc.system.msrs;
        assertThat(msrs.tsc(500)).isEqualTo(500);
        assertThat(msrs.write(Msrs.TSC, 10_000, 1000)).isTrue();
        assertThat(msrs.tsc(1500)).isEqualTo(10_500);
        pc.protected32();
        pc.system.controls.write(4, Cr.CR4_TSD);
        assertThat(msrs.mayReadTsc()).isTrue();
        pc.enterUser(BarePc.USER_CS32 | 3, 0x40_0000, 0x70_0000, FLAGS);
        refused(msrs.mayReadTsc(), Vectors.PROTECTION, 0);
    }

    @Test
    void unknownMsrsAreReportedOnce() {
        refused(pc.system.msrs.read(0xc0011fff, 0), Vectors.PROTECTION, 0);
        refused(pc.system.msrs.write(0xc0011fff, 0, 0), Vectors.PROTECTION, 0);
        assertThat(pc.log).containsExactly("unsupported read of MSR c0011fff");
    }

    @Test
    void memoryTypesAreChecked() {
        Msrs msrs = pc.system.msrs;
        refused(msrs.write(Msrs.PAT, 2, 0), Vectors.PROTECTION, 0);
        refused(msrs.write(0x2ff, 0xc02, 0), Vectors.PROTECTION, 0);
        refused(msrs.write(0x201, 1L << 40 | 0x800, 0), Vectors.PROTECTION, 0);
        assertThat(msrs.write(0x201, 0xff_8000_0800L, 0)).isTrue();
        assertThat(msrs.read(0x201, 0)).isTrue();
        assertThat(msrs.value()).isEqualTo(0xff_8000_0800L);
    }

    @Test
    void ports() {
        pc.protected32();
        IoPermission ports = pc.system.ports;
        assertThat(ports.check(0x60, 1)).isTrue();
        pc.store(BarePc.TSS + 0x66, 2, 0x68);
        pc.store(BarePc.TSS + 0x68 + 0x60 / 8, 1, 0xfe);
        pc.store(BarePc.TSS + 0x68 + 0x1ff8, 1, 0);
        pc.enterUser(BarePc.USER_CS32 | 3, 0x40_0000, 0x70_0000, FLAGS);
        assertThat(ports.check(0x60, 1)).isTrue();
        refused(ports.check(0x60, 2), Vectors.PROTECTION, 0);
        refused(ports.check(0x61, 1), Vectors.PROTECTION, 0);
        refused(ports.check(0xfff8, 1), Vectors.PROTECTION, 0);
        pc.state.set(Flag.IOPL);
        assertThat(ports.check(0xfff8, 1)).isTrue();
    }

    @Test
    void flagsOfUserPrograms() {
        pc.protected32();
        pc.enterUser(BarePc.USER_CS32 | 3, 0x40_0000, 0x70_0000, FLAGS);
        pc.system.flags.pop(Flag.IOPL | Flag.AC | Flag.TF | Flag.VM | Flag.ZF, 4);
        assertThat(pc.rflags()).isEqualTo(Flag.IF | Flag.AC | Flag.TF | Flag.ZF | Flag.FIXED);
        assertThat(pc.state.modeBits() & ModeBits.TRAP).isNotZero();
        refused(pc.system.flags.clearInterrupt(), Vectors.PROTECTION, 0);
        refused(pc.system.flags.alignmentCheck(true), Vectors.UNDEFINED, 0);
    }

    @Test
    void stiHoldsInterruptsForOneInstruction() {
        pc.protected32();
        assertThat(pc.system.flags.setInterrupt()).isTrue();
        assertThat(pc.state.interruptShadow).isTrue();
        pc.state.interruptShadow = false;
        assertThat(pc.system.flags.setInterrupt()).isTrue();
        assertThat(pc.state.interruptShadow).isFalse();
    }

    @Test
    void smapModeFollowsAc() {
        pc.long64();
        assertThat(pc.system.flags.alignmentCheck(true)).isTrue();
        assertThat(pc.state.modeBits() & 3).isEqualTo(Privilege.SUPERVISOR);
        assertThat(pc.system.controls.write(4, pc.state.cr4 | Cr.CR4_SMAP)).isTrue();
        assertThat(pc.state.modeBits() & 3).isEqualTo(Privilege.SUPERVISOR_AC);
        assertThat(pc.system.flags.alignmentCheck(false)).isTrue();
        assertThat(pc.state.modeBits() & 3).isEqualTo(Privilege.SUPERVISOR);
    }

    @Test
    void debugRegisters() {
        DebugRegisters debug = pc.system.debug;
        pc.long64();
        assertThat(debug.write(0, 0x1000)).isTrue();
        assertThat(debug.write(1, 0x2001)).isTrue();
        assertThat(debug.write(7, 1 | 4 | 1L << 20 | 3L << 22)).isTrue();
        assertThat(debug.hitsOfExecution(0x1000)).isEqualTo(1);
        assertThat(debug.hitsOfExecution(0x1001)).isZero();
        assertThat(debug.hitsOfData(0x2003, 1, true)).isEqualTo(2);
        assertThat(debug.hitsOfData(0x2003, 1, false)).isZero();
        assertThat(debug.hitsOfData(0x1ffd, 4, true)).isEqualTo(2);
        assertThat(debug.hitsOfData(0x2004, 4, true)).isZero();
        int bits = ModeBits.EXECUTION_BREAKPOINTS | ModeBits.DATA_BREAKPOINTS;
        assertThat(pc.state.modeBits() & bits).isEqualTo(bits);
        assertThat(debug.write(7, 1 << 13)).isTrue();
        refused(debug.read(0), Vectors.DEBUG, 0);
        assertThat(pc.state.dr[6]).isEqualTo(0xffff2ff0L);
        assertThat(debug.read(4)).isTrue();
        assertThat(debug.value()).isEqualTo(pc.state.dr[6]);
    }

    @Test
    void cpuid() {
        Cpuid cpuid = pc.system.cpuid;
        cpuid.query(0, 0);
        assertThat(text(cpuid.ebx(), cpuid.edx(), cpuid.ecx())).isEqualTo("AuthenticAMD");
        cpuid.query(1, 0);
        assertThat(cpuid.eax() >>> 8 & 0xf).isEqualTo(15);
        assertThat((cpuid.eax() >>> 16 & 0xf) << 4 | cpuid.eax() >>> 4 & 0xf).isEqualTo(107);
        assertThat(cpuid.edx()).as("QEMU's qemu64 without machine check").isEqualTo(0x078bfbfd & ~(1 << 7 | 1 << 14));
        cpuid.query(0x80000002, 0);
        assertThat(text(cpuid.eax(), cpuid.ebx())).isEqualTo("jkprobes");
    }

    private static String text(int... words) {
        StringBuilder text = new StringBuilder();
        for (int word : words) {
            for (int i = 0; i < 4; i++) {
                text.append((char) (word >>> 8 * i & 0xff));
            }
        }
        return text.toString();
    }

    @Test
    void snapshots() {
        pc.long64();
        pc.system.msrs.write(Msrs.GS_BASE, 0xffff_8000_0000_0000L, 0);
        pc.system.msrs.write(0xc0000103, 5, 0);
        byte[] saved = pc.snapshot();
        BarePc other = new BarePc();
        other.restore(saved);
        assertThat(other.snapshot()).isEqualTo(saved);
        assertThat(other.bases).isEqualTo(pc.bases);
        assertThat(other.state.modeBits()).isEqualTo(pc.state.modeBits());
        assertThat(other.system.msrs.tscAux()).isEqualTo(5);
    }
}
