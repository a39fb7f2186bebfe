package org.jkprobes.machine.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class Gt64120Test {
    private final PciBus pci = new PciBus();
    private final Gt64120 bridge = new Gt64120(pci, () -> 0x2e);

    @BeforeEach
    void plugIn() {
        pci.attach(0, 0, new PciHostFunction());
        pci.attach(10, 0, new PciFunction(0x8086, 0x7110, 0, 0x0601));
    }

    private long config(long address) {
        bridge.store(0xcf8, 4, address);
        return bridge.load(0xcfc, 4);
    }

    @Test
    void itsRegistersMove() {
        assertThat(bridge.registersBase()).isEqualTo(0x1400_0000L);
        bridge.store(0x68, 4, 0x1be0_0000 >> 21);
        assertThat(bridge.registersBase()).isEqualTo(0x1be0_0000L);
    }

    @Test
    void thePortsWindowMoves() {
        bridge.store(0x48, 4, 0x1800_0000 >> 21);
        bridge.store(0x50, 4, 0x40);
        assertThat(bridge.portsBase()).isEqualTo(0x1800_0000L);
        assertThat(bridge.portsLength()).isEqualTo(0x20_0000);
        assertThat(bridge.load(0xf0, 4)).as("the remap register follows").isEqualTo(0xc0);
    }

    @Test
    void configurationCyclesReachFunctions() {
        assertThat(config(0x8000_0000L)).isEqualTo(0x4620_11abL);
        assertThat(config(0x8000_5000L)).isEqualTo(0x7110_8086L);
        assertThat(config(0x8000_5800L)).as("nobody").isEqualTo(0xffff_ffffL);
        assertThat(config(0x0000_5000L)).as("not enabled").isEqualTo(0xffff_ffffL);
    }

    @Test
    void withoutNoSwapOnlyOthersDataSwaps() {
        bridge.store(0xc00, 4, 0x0001_0000);
        assertThat(config(0x8000_5000L)).isEqualTo(0x8680_1071L);
        assertThat(config(0x8000_0000L)).isEqualTo(0x4620_11abL);
    }

    @Test
    void aBigEndianCpuSeesSwappedRegisters() {
        bridge.store(0x000, 4, 0);
        assertThat(bridge.load(0xc04, 4)).isEqualTo(0x0f07_0000L);
        bridge.store(0x68, 4, 0xdf00_0000L);
        assertThat(bridge.registersBase()).isEqualTo(0x1be0_0000L);
    }

    @Test
    void acknowledgeAsksTheInterruptController() {
        assertThat(bridge.load(0xc34, 4)).isEqualTo(0x2e);
    }

    @Test
    void bytesOfARegister() {
        assertThat(bridge.load(0xc0c, 1)).isZero();
        assertThat(bridge.load(0xc0d, 1)).isEqualTo(0xf0);
        bridge.store(0x401, 1, 0x12);
        assertThat(bridge.load(0x400, 4)).isEqualTo(0x1200);
    }
}
