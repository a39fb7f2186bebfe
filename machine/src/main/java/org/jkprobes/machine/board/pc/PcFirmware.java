package org.jkprobes.machine.board.pc;

import java.util.List;
import org.jkprobes.machine.Timeline;

/**
 * What a PC's firmware does to the chips before it starts a kernel, as a list of port writes: the legacy ROM area becomes RAM, PCI interrupts
 * are routed, the power management registers get their place, the 8259As are initialised with all inputs masked, the timer ticks at 18.2 Hz, the local APIC
 * passes on what the 8259As request.
 * A list, so that a test can let QEMU's CPU do the same.
 */
public final class PcFirmware {
    /** The first port of the power management registers. */
    public static final int PM_BASE = 0x600;

    /** From the reset vector to the first write, in flat protected mode. */
    static final int RESET_INSTRUCTIONS = 11;

    /** From the last write to the kernel: segments, control registers, general registers, flags, a jump. */
    static final int HAND_OVER_INSTRUCTIONS = 19;

    static final int LONG_HAND_OVER_INSTRUCTIONS = 27;

    private static final int PORT_WRITE_INSTRUCTIONS = 3;
    private static final int MEMORY_WRITE_INSTRUCTIONS = 2;

    private static final int ISA_BRIDGE = 0x0800;
    private static final int POWER = 0x0b00;

    private PcFirmware() {}

    /**
     * A write to a port.
     *
     * @param size 1, 2 or 4 bytes
     */
    public record PortWrite(int port, int size, int value) {}

    /** The writes, in order. */
    public static List<PortWrite> writes() {
        return WRITES;
    }

    /**
     * A write of 32 bits to a physical address.
     */
    public record MemoryWrite(long physical, int value) {}

    /** The writes to the local APIC that follow: enabled, LINT0 for the 8259As, LINT1 for NMI. */
    public static List<MemoryWrite> apicWrites() {
        return APIC_WRITES;
    }

    /**
     * Does it all on a board that has just been switched on, and lets the time pass that a ROM would take: {@link #RESET_INSTRUCTIONS}, three
     * instructions for each port write, two for each memory write, and those of the hand-over.
     */
    public static void setUp(PcBoard board, Timeline timeline, X86Start start) {
        timeline.retire(RESET_INSTRUCTIONS);
        for (PortWrite write : WRITES) {
            timeline.retire(PORT_WRITE_INSTRUCTIONS);
            board.ports().store(write.port(), write.size(), write.value() & 0xffff_ffffL);
        }
        for (MemoryWrite write : APIC_WRITES) {
            timeline.retire(MEMORY_WRITE_INSTRUCTIONS);
            board.store(write.physical(), 4, write.value() & 0xffff_ffffL);
        }
        timeline.retire(start.longMode() ? LONG_HAND_OVER_INSTRUCTIONS : HAND_OVER_INSTRUCTIONS);
    }

    private static PortWrite select(int function, int register) {
        return new PortWrite(0xcf8, 4, 0x8000_0000 | function | register);
    }

    private static PortWrite out(int port, int value) {
        return new PortWrite(port, 1, value);
    }

    private static final List<PortWrite> WRITES = List.of(
            // Memory attributes of 0xc0000 to 0xfffff: readable and writable RAM.
            select(0, 0x58),
            new PortWrite(0xcfc, 4, 0x3333_3000),
            select(0, 0x5c),
            new PortWrite(0xcfc, 4, 0x3333_3333),
            select(ISA_BRIDGE, 0x60),
            new PortWrite(0xcfc, 4, 0x0b0b_0a0a),
            out(0x4d0, 0x00),
            out(0x4d1, 0x0c),
            select(POWER, 0x40),
            new PortWrite(0xcfc, 4, PM_BASE | 1),
            select(POWER, 0x80),
            new PortWrite(0xcfc, 1, 1),
            select(POWER, 0x04),
            new PortWrite(0xcfc, 2, 1),
            select(0, 0),
            out(0x20, 0x11),
            out(0x21, 0x08),
            out(0x21, 0x04),
            out(0x21, 0x01),
            out(0x21, 0xff),
            out(0xa0, 0x11),
            out(0xa1, 0x70),
            out(0xa1, 0x02),
            out(0xa1, 0x01),
            out(0xa1, 0xff),
            out(0x43, 0x34),
            out(0x40, 0),
            out(0x40, 0));

    private static final List<MemoryWrite> APIC_WRITES = List.of(
            new MemoryWrite(0xfee0_00f0L, 0x1ff),
            new MemoryWrite(0xfee0_0350L, 0x700),
            new MemoryWrite(0xfee0_0360L, 0x400));
}
