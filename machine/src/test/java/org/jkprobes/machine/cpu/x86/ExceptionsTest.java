package org.jkprobes.machine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events and the returns from them, in every mode. Frames as in SDM vol. 3, figures 6-4, 6-8 and 20-2. */
final class ExceptionsTest {
    private static final long FLAGS = Flag.IF | Flag.CF | Flag.ZF | Flag.FIXED;

    private final BarePc pc = new BarePc();

    private long[] stack(int items, int size) {
        long[] values = new long[items];
        for (int i = 0; i < items; i++) {
            values[i] = pc.load(pc.gpr(X86Registers.RSP) + (long) i * size, size);
        }
        return values;
    }

    private boolean fault(int vector, int error) {
        return pc.system.exceptions.deliver(vector, error, Kind.FAULT, pc.rip());
    }

    private static long handler(int vector) {
        return BarePc.HANDLERS + 16L * vector;
    }

    @Test
    void realMode() {
        pc.transferToReal();
        pc.store(4 * 0x21, 4, 0x1234_5678);
        pc.gpr(X86Registers.RSP, 0x8000);
        pc.rflags(FLAGS | Flag.TF);
        pc.rip(0x100);
        String before = pc.visible();
        assertThat(pc.system.exceptions.deliver(0x21, 0, Kind.SOFTWARE, 0x102)).isTrue();
        assertThat(pc.rip()).isEqualTo(0x5678);
        assertThat(pc.state.segment(Segment.CS).base).isEqualTo(0x12340);
        assertThat(pc.bases[Segment.CS]).isEqualTo(0x12340);
        assertThat(pc.gpr(X86Registers.RSP)).isEqualTo(0x7ffa);
        assertThat(stack(3, 2)).containsExactly(0x102, 0x70, FLAGS | Flag.TF);
        assertThat(pc.rflags()).isEqualTo(FLAGS & ~Flag.IF);
        assertThat(pc.system.returns.interruptReturn(2, 0)).isTrue();
        assertThat(pc.rip()).isEqualTo(0x102);
        pc.rip(0x100);
        assertThat(pc.visible()).isEqualTo(before);
    }

    @Test
    void sameLevelWithErrorCode() {
        pc.protected32();
        pc.rflags(FLAGS | Flag.TF | Flag.NT);
        pc.rip(0x1234);
        assertThat(fault(Vectors.PROTECTION, 0x18)).isTrue();
        assertThat(pc.rip()).isEqualTo(handler(13));
        assertThat(stack(4, 4)).containsExactly(0x18, 0x1234, BarePc.KERNEL_CS, FLAGS | Flag.TF | Flag.NT | Flag.RF);
        assertThat(pc.gpr(X86Registers.RSP)).isEqualTo(BarePc.STACK_TOP - 16);
        assertThat(pc.rflags()).isEqualTo(FLAGS & ~Flag.IF);
    }

    @Test
    void trapGatesLeaveInterruptsOn() {
        pc.protected32();
        pc.gate(3, BarePc.KERNEL_CS, 0x7000, 0x8f);
        pc.rflags(FLAGS);
        assertThat(pc.system.exceptions.deliver(3, 0, Kind.SOFTWARE, 0x101)).isTrue();
        assertThat(pc.rflags()).isEqualTo(FLAGS);
        assertThat(stack(3, 4)).containsExactly(0x101, BarePc.KERNEL_CS, FLAGS);
    }

    @Test
    void sixteenBitGatesPushWords() {
        pc.protected32();
        pc.gate(3, BarePc.KERNEL_CS, 0x5_7000, 0x86);
        pc.rflags(FLAGS);
        assertThat(pc.system.exceptions.deliver(3, 0, Kind.SOFTWARE, 0x101)).isTrue();
        assertThat(pc.rip()).isEqualTo(0x7000);
        assertThat(stack(3, 2)).containsExactly(0x101, BarePc.KERNEL_CS, FLAGS);
    }

    @Test
    void fromUserToKernelAndBack32() {
        pc.protected32();
        pc.enterUser(BarePc.USER_CS32 | 3, 0x40_0000, 0x70_0000, FLAGS);
        assertThat(pc.state.cpl).isEqualTo(3);
        assertThat(pc.state.modeBits() & 3).isEqualTo(Privilege.USER);
        String user = pc.visible();
        assertThat(fault(Vectors.DIVIDE, 0)).isTrue();
        assertThat(pc.state.cpl).isZero();
        assertThat(pc.gpr(X86Registers.RSP)).isEqualTo(BarePc.INNER_STACK_TOP - 20);
        assertThat(stack(5, 4))
                .containsExactly(0x40_0000, BarePc.USER_CS32 | 3, FLAGS | Flag.RF, 0x70_0000, BarePc.USER_DS | 3);
        assertThat(pc.state.segment(Segment.SS).selector).isEqualTo(BarePc.KERNEL_DS);
        pc.store(pc.gpr(X86Registers.RSP) + 8, 4, FLAGS);
        assertThat(pc.system.returns.interruptReturn(4, 0)).isTrue();
        assertThat(pc.visible()).isEqualTo(user);
    }

    @Test
    void aReturnToUserHidesKernelSegments() {
        pc.protected32();
        pc.enterUser(BarePc.USER_CS32 | 3, 0x40_0000, 0x70_0000, FLAGS);
        assertThat(fault(Vectors.DIVIDE, 0)).isTrue();
        assertThat(pc.system.segments.load(Segment.FS, BarePc.KERNEL_DS)).isTrue();
        assertThat(pc.system.returns.interruptReturn(4, 0)).isTrue();
        assertThat(pc.state.segment(Segment.FS).selector).isZero();
        assertThat(pc.state.segment(Segment.DS).selector).isEqualTo(BarePc.USER_DS | 3);
    }

    @Test
    void userMayNotCallAKernelGate() {
        pc.protected32();
        pc.gate(3, BarePc.KERNEL_CS, 0x7000, 0xee);
        pc.enterUser(BarePc.USER_CS32 | 3, 0x40_0000, 0x70_0000, FLAGS);
        assertThat(pc.system.exceptions.deliver(14, 0, Kind.SOFTWARE, 0x40_0002))
                .isTrue();
        assertThat(pc.rip()).isEqualTo(handler(13));
        assertThat(stack(2, 4)).containsExactly(14 * 8 + 2, 0x40_0000);
        pc.enterUser(BarePc.USER_CS32 | 3, 0x40_0000, 0x70_0000, FLAGS);
        assertThat(pc.system.exceptions.deliver(3, 0, Kind.SOFTWARE, 0x40_0001)).isTrue();
        assertThat(pc.rip()).isEqualTo(0x7000);
    }

    @Test
    void longModeAlwaysPushesTheStack() {
        pc.long64();
        pc.rflags(FLAGS);
        pc.gpr(X86Registers.RSP, BarePc.STACK_TOP - 3);
        pc.rip(0x1234);
        String before = pc.visible();
        assertThat(fault(Vectors.INVALID_TSS, 0x40)).isTrue();
        assertThat(pc.gpr(X86Registers.RSP)).isEqualTo(BarePc.STACK_TOP - 16 - 48);
        assertThat(stack(6, 8))
                .containsExactly(
                        0x40, 0x1234, BarePc.KERNEL_CS, FLAGS | Flag.RF, BarePc.STACK_TOP - 3, BarePc.KERNEL_DS);
        pc.gpr(X86Registers.RSP, pc.gpr(X86Registers.RSP) + 8);
        pc.store(pc.gpr(X86Registers.RSP) + 16, 8, FLAGS);
        assertThat(pc.system.returns.interruptReturn(8, 0)).isTrue();
        assertThat(pc.visible()).isEqualTo(before);
    }

    @Test
    void fromUserToKernelAndBack64() {
        pc.long64();
        pc.enterUser(BarePc.USER_CS | 3, 0x40_0000, 0x70_0000, FLAGS);
        assertThat(pc.state.in64BitMode()).isTrue();
        String user = pc.visible();
        assertThat(pc.system.exceptions.deliver(0x20 - 1, 0, Kind.EXTERNAL, pc.rip()))
                .isTrue();
        assertThat(pc.state.segment(Segment.SS).selector).isZero();
        assertThat(stack(5, 8)).containsExactly(0x40_0000, BarePc.USER_CS | 3, FLAGS, 0x70_0000, BarePc.USER_DS | 3);
        assertThat(pc.gpr(X86Registers.RSP)).isEqualTo(BarePc.INNER_STACK_TOP - 40);
        assertThat(pc.system.returns.interruptReturn(8, 0)).isTrue();
        assertThat(pc.visible()).isEqualTo(user);
    }

    @Test
    void compatibilityModeAndBack() {
        pc.long64();
        pc.enterUser(BarePc.USER_CS32 | 3, 0x40_0000, 0x70_0000, FLAGS);
        assertThat(pc.state.longMode()).isTrue();
        assertThat(pc.state.in64BitMode()).isFalse();
        assertThat(pc.state.modeBits() & (ModeBits.LONG | ModeBits.CODE_BIG)).isEqualTo(ModeBits.CODE_BIG);
        String user = pc.visible();
        assertThat(fault(Vectors.PROTECTION, 0)).isTrue();
        assertThat(pc.state.in64BitMode()).isTrue();
        pc.gpr(X86Registers.RSP, pc.gpr(X86Registers.RSP) + 8);
        pc.store(pc.gpr(X86Registers.RSP) + 16, 8, FLAGS);
        assertThat(pc.system.returns.interruptReturn(8, 0)).isTrue();
        assertThat(pc.visible()).isEqualTo(user);
    }

    @Test
    void interruptStacks() {
        pc.long64();
        pc.store(BarePc.TSS + 0x24 + 8 * 2, 8, 0xa000);
        pc.wideGate(2, BarePc.KERNEL_CS, 0x7000, 0x8e, 3);
        assertThat(pc.system.exceptions.deliver(2, 0, Kind.EXTERNAL, pc.rip())).isTrue();
        assertThat(pc.gpr(X86Registers.RSP)).isEqualTo(0xa000 - 40);
        assertThat(pc.state.segment(Segment.SS).selector).isEqualTo(BarePc.KERNEL_DS);
        assertThat(pc.state.nmiBlocked).isTrue();
        assertThat(pc.system.returns.interruptReturn(8, 0)).isTrue();
        assertThat(pc.state.nmiBlocked).isFalse();
    }

    @Test
    void aMissingHandlerOfAContributoryExceptionIsADoubleFault() {
        pc.protected32();
        pc.gate(13, BarePc.KERNEL_CS, 0x7000, 0x0e);
        pc.rip(0x1234);
        assertThat(fault(Vectors.PROTECTION, 0x18)).isTrue();
        assertThat(pc.rip()).isEqualTo(handler(8));
        assertThat(stack(3, 4)).containsExactly(0, 0x1234, BarePc.KERNEL_CS);
    }

    @Test
    void aMissingHandlerOfABenignExceptionIsNotPresent() {
        pc.long64();
        pc.wideGate(6, BarePc.KERNEL_CS, 0x7000, 0x0e, 0);
        pc.rip(0x1234);
        assertThat(fault(Vectors.UNDEFINED, 0)).isTrue();
        assertThat(pc.rip()).isEqualTo(handler(11));
        assertThat(stack(2, 8)).containsExactly(6 * 8 + 3, 0x1234);
    }

    @Test
    void anInterruptOnAnUnmappedStackIsAPageFaultOnItAndThenADoubleFault() {
        pc.long64();
        pc.store(BarePc.TSS + 0x24, 8, 0xa000);
        pc.wideGate(8, BarePc.KERNEL_CS, handler(8), 0x8e, 1);
        pc.gpr(X86Registers.RSP, 0xffff_9000_0000_0000L);
        pc.rip(0x1234);
        assertThat(pc.system.exceptions.deliver(31, 0, Kind.EXTERNAL, 0x1234)).isTrue();
        assertThat(pc.rip()).isEqualTo(handler(8));
        assertThat(pc.state.cr2).isEqualTo(0xffff_9000_0000_0000L - 8);
        assertThat(stack(6, 8))
                .containsExactly(
                        0, 0x1234, BarePc.KERNEL_CS, Flag.RF | Flag.FIXED, 0xffff_9000_0000_0000L, BarePc.KERNEL_DS);
    }

    @Test
    void aThirdFaultShutsDown() {
        pc.long64();
        pc.gpr(X86Registers.RSP, 0xffff_9000_0000_0000L);
        String before = pc.visible();
        assertThat(fault(Vectors.PAGE_FAULT, 0)).isFalse();
        assertThat(pc.log).contains("shutdown");
        assertThat(pc.visible()).isEqualTo(before);
    }

    /** Only INT3 without any gate is a request: other events, and other tables that are of no use, are accidents. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBreakpointWithoutHandlersAsksForTheShutdown(boolean wide) {
        if (wide) {
            pc.long64();
        } else {
            pc.protected32();
        }
        pc.state.idtLimit = 0;
        assertThat(pc.system.exceptions.deliver(Vectors.BREAKPOINT, 0, Kind.SOFTWARE, 0x1235))
                .isFalse();
        assertThat(pc.log).contains("shutdown as asked").doesNotContain("shutdown");
        pc.log.clear();
        assertThat(pc.system.exceptions.deliver(Vectors.BREAKPOINT, 0, Kind.EXTERNAL, 0x1234))
                .isFalse();
        assertThat(pc.system.exceptions.deliver(0x20, 0, Kind.SOFTWARE, 0x1236)).isFalse();
        pc.state.idtLimit = 7;
        assertThat(pc.system.exceptions.deliver(Vectors.BREAKPOINT, 0, Kind.SOFTWARE, 0x1235))
                .isFalse();
        assertThat(pc.log).filteredOn("shutdown"::equals).hasSize(3);
        assertThat(pc.log).doesNotContain("shutdown as asked");
    }

    @Test
    void aTaskGateAndBack() {
        pc.protected32();
        int tss = 0x6000;
        pc.gdt(0x48, BarePc.descriptor(tss, 0x67, 0x89, 0));
        pc.gate(8, 0x48, 0, 0x85);
        int[] words = new int[26];
        words[8] = 0x7777; // EIP
        words[9] = 2;
        words[14] = 0xb000; // ESP
        words[18] = BarePc.KERNEL_DS;
        words[19] = BarePc.KERNEL_CS;
        words[20] = BarePc.KERNEL_DS;
        words[21] = BarePc.USER_DS;
        for (int i = 0; i < words.length; i++) {
            pc.store(tss + 4 * i, 4, words[i]);
        }
        pc.gpr(X86Registers.RBX, 0xb0b);
        pc.rflags(FLAGS);
        pc.rip(0x1234);
        assertThat(fault(Vectors.DOUBLE_FAULT, 0)).isTrue();
        assertThat(pc.rip()).isEqualTo(0x7777);
        assertThat(pc.gpr(X86Registers.RBX)).isZero();
        assertThat(pc.gpr(X86Registers.RSP)).isEqualTo(0xb000 - 4);
        assertThat(pc.state.tr.selector).isEqualTo(0x48);
        assertThat(pc.state.flag(Flag.NT)).isTrue();
        assertThat(pc.load(tss, 2)).isEqualTo(BarePc.TSS_SELECTOR);
        assertThat(pc.load(BarePc.TSS + 0x20, 4)).isEqualTo(0x1234);
        assertThat(pc.load(BarePc.GDT + 0x48 + 5, 1)).isEqualTo(0x8b);
        assertThat(pc.system.returns.interruptReturn(4, 0x7778)).isTrue();
        assertThat(pc.rip()).isEqualTo(0x1234);
        assertThat(pc.gpr(X86Registers.RBX)).isEqualTo(0xb0b);
        assertThat(pc.rflags()).isEqualTo(FLAGS | Flag.RF);
        assertThat(pc.load(tss + 0x20, 4)).isEqualTo(0x7778);
        assertThat(pc.load(BarePc.GDT + 0x48 + 5, 1)).isEqualTo(0x89);
    }
}
