package org.jkprobes.machine.board.malta;

import org.jkprobes.machine.device.Device;
import org.jkprobes.machine.device.Gt64120;
import org.jkprobes.machine.device.PortSpace;

/**
 * The physical addresses of a Malta's devices, all below 512 MiB. What nothing decodes there reads as zero and ignores writes, as
 * behind the GT-64120; so do the addresses above, where a real board would raise a bus error. RAM is not on this bus.
 */
final class MaltaBus {
    private static final long FPGA = 0x1f00_0000L;
    private static final long FPGA_END = 0x1f10_0000L;
    private static final long CBUS_UART = 0x1f00_0900L;
    private static final long FPGA_HIGH = 0x1f00_0a00L;
    private static final int CBUS_UART_WINDOW = 0x40;
    private static final long BOOT = 0x1fc0_0000L;
    private static final long END = 0x2000_0000L;
    private static final int BRIDGE_WINDOW = 0x1000;

    private final Gt64120 bridge;
    private final PortSpace ports;
    private final Device fpga;
    private final Device cbusUart;
    private final Device boot;

    MaltaBus(Gt64120 bridge, PortSpace ports, Device fpga, Device cbusUart, Device boot) {
        this.bridge = bridge;
        this.ports = ports;
        this.fpga = fpga;
        this.cbusUart = cbusUart;
        this.boot = boot;
    }

    /**
     * Reads {@code size} bytes (1, 2, 4 or 8), zero-extended, little endian.
     *
     * @param physicalAddress aligned to {@code size}
     */
    long load(long physicalAddress, int size) {
        if (size == 8) {
            return load(physicalAddress, 4) | (load(physicalAddress + 4, 4) << 32);
        }
        long inPorts = physicalAddress - bridge.portsBase();
        if (inPorts >= 0 && inPorts < bridge.portsLength()) {
            return inPorts < PortSpace.SIZE ? ports.load((int) inPorts, size) : 0;
        }
        long inBridge = physicalAddress - bridge.registersBase();
        if (inBridge >= 0 && inBridge < BRIDGE_WINDOW) {
            return bridge.load((int) inBridge, size);
        }
        if (physicalAddress >= FPGA && physicalAddress < FPGA_END) {
            return loadFpga(physicalAddress, size);
        }
        return physicalAddress >= BOOT && physicalAddress < END ? boot.load((int) (physicalAddress - BOOT), size) : 0;
    }

    /** Writes the low {@code size} bytes (1, 2, 4 or 8) of {@code value}, little endian. */
    void store(long physicalAddress, int size, long value) {
        if (size == 8) {
            store(physicalAddress, 4, value & 0xffff_ffffL);
            store(physicalAddress + 4, 4, value >>> 32);
            return;
        }
        long inPorts = physicalAddress - bridge.portsBase();
        if (inPorts >= 0 && inPorts < bridge.portsLength()) {
            if (inPorts < PortSpace.SIZE) {
                ports.store((int) inPorts, size, value);
            }
            return;
        }
        long inBridge = physicalAddress - bridge.registersBase();
        if (inBridge >= 0 && inBridge < BRIDGE_WINDOW) {
            bridge.store((int) inBridge, size, value);
        } else if (physicalAddress >= FPGA && physicalAddress < FPGA_END) {
            storeFpga(physicalAddress, size, value);
        }
    }

    /** The third serial port interrupts the FPGA's registers. */
    private long loadFpga(long address, int size) {
        if (address < CBUS_UART || address >= FPGA_HIGH) {
            return fpga.load((int) (address - FPGA), size);
        }
        long inUart = address - CBUS_UART;
        return inUart < CBUS_UART_WINDOW ? cbusUart.load((int) inUart, size) : 0;
    }

    private void storeFpga(long address, int size, long value) {
        if (address < CBUS_UART || address >= FPGA_HIGH) {
            fpga.store((int) (address - FPGA), size, value);
        } else if (address - CBUS_UART < CBUS_UART_WINDOW) {
            cbusUart.store((int) (address - CBUS_UART), size, value);
        }
    }
}
