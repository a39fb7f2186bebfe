package org.jkprobes.machine.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.jkprobes.machine.Timeline;
import org.junit.jupiter.api.Test;

class LocalApicTest {
    private static final int TASK_PRIORITY = 0x80;
    private static final int END = 0xb0;
    private static final int SPURIOUS = 0xf0;
    private static final int COMMAND = 0x300;
    private static final int TIMER = 0x320;
    private static final int LINT0 = 0x350;
    private static final int LINT1 = 0x360;
    private static final int INITIAL = 0x380;
    private static final int CURRENT = 0x390;
    private static final int DIVIDER = 0x3e0;
    private static final int TO_SELF = 1 << 18;

    private final Timeline timeline = new Timeline();
    private final Wire request = new Wire(timeline);
    private final AtomicInteger nmis = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger(-1);
    private final I8259Pair pics = new I8259Pair(level -> apic().externalInput(level));
    private final LocalApic apic = new LocalApic(timeline, pics, request, nmis::incrementAndGet, ended::set);

    private LocalApic apic() {
        return apic;
    }

    private void enable() {
        apic.store(SPURIOUS, 4, 0x1ff);
    }

    private void send(int vector) {
        apic.store(COMMAND, 4, TO_SELF | vector);
    }

    @Test
    void nothingComesThroughADisabledOne() {
        send(0x40);
        assertThat(apic.pending()).isFalse();
        assertThat(apic.acknowledge()).isEqualTo(X86Interrupts.NOTHING);
        enable();
        assertThat(request.level()).isTrue();
        assertThat(apic.acknowledge()).isEqualTo(0x40);
        assertThat(request.level()).isFalse();
    }

    @Test
    void higherClassesNest() {
        enable();
        send(0x41);
        send(0x4f);
        send(0x50);
        assertThat(apic.acknowledge()).isEqualTo(0x50);
        assertThat(apic.pending()).as("0x4f is below 0x50").isFalse();
        send(0x61);
        assertThat(apic.acknowledge()).isEqualTo(0x61);
        apic.store(END, 4, 0);
        apic.store(END, 4, 0);
        assertThat(apic.acknowledge()).isEqualTo(0x4f);
        assertThat(apic.pending()).as("the same class").isFalse();
        apic.store(END, 4, 0);
        assertThat(apic.acknowledge()).isEqualTo(0x41);
    }

    @Test
    void theTaskPriorityHoldsInterruptsBack() {
        enable();
        apic.taskPriority(5);
        assertThat(apic.load(TASK_PRIORITY, 4)).isEqualTo(0x50);
        send(0x5f);
        assertThat(request.level()).isFalse();
        apic.store(TASK_PRIORITY, 4, 0x4f);
        assertThat(request.level()).isTrue();
        assertThat(apic.taskPriority()).isEqualTo(4);
    }

    @Test
    void theTimerCountsDividedNanoseconds() {
        enable();
        apic.store(DIVIDER, 4, 3); // by 16
        apic.store(TIMER, 4, 0xec);
        apic.store(INITIAL, 4, 999);
        Wire.passTo(timeline, 8000);
        assertThat(apic.load(CURRENT, 4)).isEqualTo(499);
        Wire.passTo(timeline, 40_000);
        assertThat(request.rises).containsExactly(16_000L);
        assertThat(apic.load(CURRENT, 4)).isZero();
    }

    @Test
    void aPeriodicTimerGoesOn() {
        enable();
        apic.store(DIVIDER, 4, 0xb); // by 1
        apic.store(TIMER, 4, 0xec | 1 << 17);
        apic.store(INITIAL, 4, 9_999);
        for (int period = 1; period <= 5; period++) {
            Wire.passTo(timeline, period * 10_000L);
            assertThat(apic.acknowledge()).isEqualTo(0xec);
            apic.store(END, 4, 0);
        }
        assertThat(request.rises).containsExactly(10_000L, 20_000L, 30_000L, 40_000L, 50_000L);
        apic.store(TIMER, 4, 0xec | 3 << 16);
        Wire.passTo(timeline, 100_000);
        assertThat(request.rises).as("masked").hasSize(5);
    }

    @Test
    void lint0PassesOnWhatThe8259AsRequest() {
        for (int word : new int[] {0x11, 0x20, 4, 1, 0}) {
            pics.master().store(word == 0x11 ? 0 : 1, 1, word);
        }
        pics.input(4).set(true);
        assertThat(apic.pending()).as("masked").isFalse();
        apic.store(LINT0, 4, 0x700);
        assertThat(request.level()).isTrue();
        apic.taskPriority(15);
        assertThat(apic.acknowledge()).as("priorities do not count").isEqualTo(0x24);
        assertThat(request.level()).isFalse();
    }

    @Test
    void withoutTheApicThe8259AsDriveTheCpu() {
        for (int word : new int[] {0x11, 0x20, 4, 1, 0}) {
            pics.master().store(word == 0x11 ? 0 : 1, 1, word);
        }
        apic.apicBase(0xfee0_0000L);
        pics.input(1).set(true);
        assertThat(apic.acknowledge()).isEqualTo(0x21);
    }

    @Test
    void nonMaskableInterrupts() {
        apic.store(LINT1, 4, 0x400);
        apic.store(COMMAND, 4, TO_SELF | 0x400);
        assertThat(nmis).hasValue(1);
    }

    @Test
    void theEndOfALevelTriggeredInterruptIsBroadcast() {
        enable();
        apic.deliver(new ApicMessage(0, false, ApicMessage.FIXED, 0x71, true));
        apic.deliver(new ApicMessage(0, false, ApicMessage.FIXED, 0x81, false));
        apic.deliver(new ApicMessage(3, false, ApicMessage.FIXED, 0x91, false));
        assertThat(apic.acknowledge()).as("0x91 is for another CPU").isEqualTo(0x81);
        apic.store(END, 4, 0);
        assertThat(ended).hasValue(-1);
        assertThat(apic.acknowledge()).isEqualTo(0x71);
        apic.store(END, 4, 0);
        assertThat(ended).hasValue(0x71);
    }
}
