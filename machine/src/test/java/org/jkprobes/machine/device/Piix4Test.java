package org.jkprobes.machine.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.jkprobes.machine.Timeline;
import org.junit.jupiter.api.Test;

class Piix4Test {
    private final Timeline timeline = new Timeline();
    private final PortSpace ports = new PortSpace();

    @Test
    void softOffSwitchesOff() {
        AtomicInteger off = new AtomicInteger();
        Piix4Power power = new Piix4Power(timeline, ports, off::incrementAndGet);
        power.store(0x40, 4, 0x1001);
        power.store(0x80, 1, 1);
        ports.store(0x1004, 2, 0x0400);
        assertThat(off).as("no sleep enable").hasValue(0);
        ports.store(0x1004, 2, 0x2000);
        assertThat(off).hasValue(1);
    }

    @Test
    void thePowerManagementTimerCountsAt3579545Hertz() {
        Piix4Power power = new Piix4Power(timeline, ports, () -> {});
        power.store(0x40, 4, 0x1001);
        power.store(0x80, 1, 1);
        timeline.idleUntil(1_000_000_000);
        assertThat(ports.load(0x1008, 4)).isEqualTo(3_579_545);
        timeline.idleUntil(10_000_000_000L);
        assertThat(ports.load(0x1008, 4)).as("24 bits").isEqualTo(35_795_450 % (1 << 24));
    }

    @Test
    void windowsFollowTheirBaseAddress() {
        Piix4Usb usb = new Piix4Usb(ports);
        usb.store(0x20, 4, -1);
        assertThat(usb.load(0x20, 4)).as("32 ports").isEqualTo(0xffff_ffe1);
        usb.store(0x20, 4, 0x1041);
        assertThat(ports.load(0x1050, 2)).as("not enabled").isEqualTo(0xffff);
        usb.store(0x04, 2, 1);
        assertThat(ports.load(0x1050, 2)).isEqualTo(0x0080);
        usb.store(0x20, 4, 0x2041);
        assertThat(ports.load(0x1050, 2)).isEqualTo(0xffff);
        assertThat(ports.load(0x2050, 2)).isEqualTo(0x0080);
    }

    @Test
    void pciInterruptsAreRoutedAndShared() {
        Wire output = new Wire(timeline);
        I8259Pair interrupts = new I8259Pair(output);
        interrupts.edgeLevelControl().store(0, 1, 0x20);
        Piix4IsaBridge bridge = new Piix4IsaBridge(interrupts, () -> {});
        bridge.store(0x60, 2, 0x0505);
        bridge.pirq(0).set(true);
        bridge.pirq(1).set(true);
        bridge.pirq(0).set(false);
        assertThat(output.level()).as("B still holds interrupt 5").isTrue();
        bridge.pirq(1).set(false);
        assertThat(output.level()).isFalse();
        bridge.store(0x60, 1, 0x80);
        bridge.pirq(0).set(true);
        assertThat(output.level()).as("routed nowhere").isFalse();
    }

    @Test
    void theResetControlRegisterResets() {
        AtomicInteger resets = new AtomicInteger();
        Piix4IsaBridge bridge = new Piix4IsaBridge(new I8259Pair(InterruptLine.NONE), resets::incrementAndGet);
        bridge.resetControl().store(0, 1, 0x02);
        assertThat(resets).hasValue(0);
        bridge.resetControl().store(0, 1, 0x06);
        assertThat(resets).hasValue(1);
    }
}
