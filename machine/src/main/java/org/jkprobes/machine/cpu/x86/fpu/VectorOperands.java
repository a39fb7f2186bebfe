package org.jkprobes.machine.cpu.x86.fpu;

/** Fetches the second operand of MMX and SSE instructions, from a register or memory, and writes results. */
final class VectorOperands {
    final FpuState state;
    final X87 x87;
    final FpuMemory memory;
    final long[] slots;
    private final int base;
    final long[] cell = new long[2];

    /** The operand last fetched. */
    long low;

    long high;

    VectorOperands(FpuState state, FpuMemory memory, long[] slots, int base) {
        this.state = state;
        this.x87 = state.x87();
        this.memory = memory;
        this.slots = slots;
        this.base = base;
    }

    long low(int register) {
        return slots[base + 2 * register];
    }

    long high(int register) {
        return slots[base + 2 * register + 1];
    }

    void xmm(int register, long newLow, long newHigh) {
        slots[base + 2 * register] = newLow;
        slots[base + 2 * register + 1] = newHigh;
    }

    void low(int register, long value) {
        slots[base + 2 * register] = value;
    }

    void high(int register, long value) {
        slots[base + 2 * register + 1] = value;
    }

    /** Replaces the low 32 bits. */
    void lowest(int register, long value) {
        low(register, low(register) & ~0xffff_ffffL | value & 0xffff_ffffL);
    }

    /** Fetches the operand of ModRM.rm; of memory {@code size} bytes, the rest of {@link #low} and {@link #high} is zero. */
    int fetch(int code, long address, int size) {
        if ((code & FpuCode.MEMORY) != 0) {
            return load(address, size);
        }
        low = low(FpuCode.rm(code));
        high = high(FpuCode.rm(code));
        return FpuOutcome.DONE;
    }

    /** Fetches 16 bytes that must be aligned. */
    int fetchAligned(int code, long address) {
        if ((code & FpuCode.MEMORY) != 0 && (address & 15) != 0) {
            return FpuOutcome.PROTECTION;
        }
        return fetch(code, address, 16);
    }

    int fetchMmx(int code, long address, int size) {
        if ((code & FpuCode.MEMORY) != 0) {
            return load(address, size);
        }
        low = x87.mmx(FpuCode.rm(code) & 7);
        high = 0;
        return FpuOutcome.DONE;
    }

    private int load(long address, int size) {
        cell[1] = 0;
        if (!memory.load(address, size, cell, 0)) {
            return FpuOutcome.MEMORY_FAULT;
        }
        low = cell[0];
        high = cell[1];
        return FpuOutcome.DONE;
    }

    int store(long address, int size, long newLow, long newHigh) {
        cell[0] = newLow;
        cell[1] = newHigh;
        return memory.store(address, size, cell, 0) ? FpuOutcome.DONE : FpuOutcome.MEMORY_FAULT;
    }

    int storeAligned(long address, int register) {
        return (address & 15) != 0 ? FpuOutcome.PROTECTION : store(address, 16, low(register), high(register));
    }

    /** Writes an MMX register, which turns the x87's stack into MMX registers. */
    void mmx(int register, long value) {
        x87.enterMmx();
        x87.mmx(register & 7, value);
    }

    /** Takes the exceptions of an operation into MXCSR. Whether its result may be written. */
    boolean accept(SseFloat unit) {
        if (unit.flags == 0) {
            return true;
        }
        int unmasked = unit.flags & ~unit.masks;
        state.mxcsr |= (unmasked & Fp.BEFORE) != 0 ? unit.flags & Fp.BEFORE : unit.flags;
        return unmasked == 0;
    }
}
