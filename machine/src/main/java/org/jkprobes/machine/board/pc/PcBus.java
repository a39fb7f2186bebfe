package org.jkprobes.machine.board.pc;

import org.jkprobes.machine.device.Device;
import org.jkprobes.machine.device.IoApic;
import org.jkprobes.machine.device.LocalApic;
import org.jkprobes.machine.engine.Bus;

/**
 * The physical addresses of a PC: RAM, the I/O APIC, the local APIC where IA32_APIC_BASE says. What nothing decodes reads as zero and
 * ignores writes.
 */
final class PcBus implements Bus {
    private static final long IO_APIC = 0xfec0_0000L;
    private static final long APIC_ENABLED = 0x800;
    private static final long PAGE_MASK = -1L << 12;

    private final PcMemory memory;
    private final LocalApic localApic;
    private final IoApic ioApic;

    PcBus(PcMemory memory, LocalApic localApic, IoApic ioApic) {
        this.memory = memory;
        this.localApic = localApic;
        this.ioApic = ioApic;
    }

    @Override
    public long ramOffset(long physical) {
        return memory.offset(physical);
    }

    private boolean inLocalApic(long physical) {
        long base = localApic.apicBase();
        return (base & APIC_ENABLED) != 0 && (physical & PAGE_MASK) == (base & PAGE_MASK);
    }

    @Override
    public long load(long physical, int size) {
        if (size == 8) {
            return load(physical, 4) | (load(physical + 4, 4) << 32);
        }
        if (inLocalApic(physical)) {
            return load(localApic, physical, size);
        }
        return (physical & PAGE_MASK) == IO_APIC ? load(ioApic, physical, size) : 0;
    }

    private static long load(Device device, long physical, int size) {
        return device.load((int) physical & 0xfff, size);
    }

    @Override
    public void store(long physical, int size, long value) {
        if (size == 8) {
            store(physical, 4, value & 0xffff_ffffL);
            store(physical + 4, 4, value >>> 32);
        } else if (inLocalApic(physical)) {
            localApic.store((int) physical & 0xfff, size, value);
        } else if ((physical & PAGE_MASK) == IO_APIC) {
            ioApic.store((int) physical & 0xfff, size, value);
        }
    }
}
