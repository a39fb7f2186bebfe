package org.jkprobes.machine.device;

import java.util.function.IntSupplier;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;

/**
 * The Galileo GT-64120 between CPU, memory and PCI: its register file, PCI configuration cycles, the PCI interrupt acknowledge, and
 * the addresses at which its own registers and the PCI I/O window lie. DMA, timers and error reporting are registers only; memory
 * is not decoded through it. Registers are 32 bits wide. Source: Galileo GT-64120A data sheet.
 */
public final class Gt64120 implements Device {
    /** Register values swap bytes unless this bit of the CPU configuration says that the CPU is little endian. */
    private static final int LITTLE_ENDIAN_CPU = 0x1000;

    /** Configuration data swaps bytes unless this bit of the PCI command says not to. */
    private static final int NO_SWAP = 1;

    private static final int CONFIG_ENABLE = 0x8000_0000;
    /** Device and bus number in the configuration address; device 0 of bus 0 is the bridge itself. */
    private static final int CONFIG_TARGET = 0x00ff_f800;

    /** What reading a synchronization barrier gives; it means nothing. */
    private static final int SYNC_VALUE = 0xc000_ffee;

    private static final int WINDOW_SHIFT = 21;

    private final PciBus bus;
    private final IntSupplier acknowledge;
    private final int[] registers = new int[Gt64120Registers.WINDOW / 4];
    private final int[] writable = new int[Gt64120Registers.WINDOW / 4];
    private long portsBase;
    private long portsLength;

    /**
     * @param acknowledge runs an interrupt acknowledge cycle on the PCI bus and gives the vector
     */
    public Gt64120(PciBus bus, IntSupplier acknowledge) {
        this.bus = bus;
        this.acknowledge = acknowledge;
        for (int[][] table : Gt64120Registers.TABLES) {
            for (int[] row : table) {
                registers[row[0] / 4] = row[1];
                writable[row[0] / 4] = row[2];
            }
        }
        placePorts();
    }

    /** Physical address of the 4 KiB of registers. */
    public long registersBase() {
        return (long) get(Gt64120Registers.INTERNAL_SPACE) << WINDOW_SHIFT;
    }

    /** Physical address of the first PCI I/O port. */
    public long portsBase() {
        return portsBase;
    }

    /** Bytes in the PCI I/O window. */
    public long portsLength() {
        return portsLength;
    }

    private int get(int offset) {
        return registers[offset / 4];
    }

    /** The high register holds the top seven decoded bits; a window whose end lies before its start leaves the old one in place. */
    private void placePorts() {
        int low = get(Gt64120Registers.PCI0_IO_LOW);
        int high = get(Gt64120Registers.PCI0_IO_HIGH);
        if ((low & 0x7f) <= high) {
            portsBase = (long) low << WINDOW_SHIFT;
            portsLength = (high + 1L - (low & 0x7f)) << WINDOW_SHIFT;
        }
    }

    @Override
    public long load(int offset, int size) {
        int aligned = offset & ~3;
        int value = switch (aligned) {
            case Gt64120Registers.PCI0_SYNC, Gt64120Registers.PCI1_SYNC -> SYNC_VALUE;
            case Gt64120Registers.PCI0_ACKNOWLEDGE -> acknowledge.getAsInt();
            case Gt64120Registers.PCI0_CONFIG_DATA -> loadConfig();
            default -> get(aligned);
        };
        return ByteLanes.extract(swapForCpu(value) & 0xffff_ffffL, offset & 3, size);
    }

    @Override
    public void store(int offset, int size, long value) {
        int aligned = offset & ~3;
        long old = size == 4 ? 0 : swapForCpu(get(aligned));
        int word = swapForCpu((int) ByteLanes.insert(old, offset & 3, size, value));
        switch (aligned) {
            case Gt64120Registers.PCI0_CONFIG_DATA -> storeConfig(word);
            case Gt64120Registers.INTERRUPT_CAUSE -> {
                // Writing 0 clears a cause; bit 0 sums up the others.
                int causes = get(Gt64120Registers.INTERRUPT_CAUSE) & word & ~1;
                registers[Gt64120Registers.INTERRUPT_CAUSE / 4] = causes | (causes != 0 ? 1 : 0);
            }
            default -> storeRegister(aligned, word);
        }
    }

    private void storeRegister(int offset, int word) {
        int mask = writable[offset / 4];
        registers[offset / 4] = (get(offset) & ~mask) | (word & mask);
        int remap = Gt64120Registers.remapOf(offset);
        if (remap != 0) {
            registers[remap / 4] = word & 0x7ff;
        }
        if (offset == Gt64120Registers.PCI0_IO_LOW || offset == Gt64120Registers.PCI0_IO_HIGH) {
            placePorts();
        }
    }

    private int swapForCpu(int value) {
        return (get(Gt64120Registers.CPU_CONFIGURATION) & LITTLE_ENDIAN_CPU) != 0 ? value : Integer.reverseBytes(value);
    }

    private int swapForPci(int value) {
        boolean swaps = (get(Gt64120Registers.PCI0_COMMAND) & NO_SWAP) == 0
                && (get(Gt64120Registers.PCI0_CONFIG_ADDRESS) & CONFIG_TARGET) != 0;
        return swaps ? Integer.reverseBytes(value) : value;
    }

    private int loadConfig() {
        int address = get(Gt64120Registers.PCI0_CONFIG_ADDRESS);
        return swapForPci((address & CONFIG_ENABLE) == 0 ? -1 : bus.load(address));
    }

    private void storeConfig(int word) {
        int address = get(Gt64120Registers.PCI0_CONFIG_ADDRESS);
        if ((address & CONFIG_ENABLE) != 0) {
            bus.store(address, swapForPci(word));
        }
    }

    @Override
    public void save(StateOutput out) {
        for (int value : registers) {
            out.putInt(value);
        }
        out.putLong(portsBase);
        out.putLong(portsLength);
    }

    @Override
    public void restore(StateInput in) {
        for (int i = 0; i < registers.length; i++) {
            registers[i] = in.getInt();
        }
        portsBase = in.getLong();
        portsLength = in.getLong();
    }
}
