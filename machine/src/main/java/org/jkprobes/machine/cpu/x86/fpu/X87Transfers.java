package org.jkprobes.machine.cpu.x86.fpu;

/** Loads and stores of all formats, and moves between registers. */
final class X87Transfers {
    private final X87Unit unit;
    private final X87 x87;
    private final Float80 float80;
    private final FpuMemory memory;
    private final long[] cell = new long[2];

    X87Transfers(X87Unit unit, FpuMemory memory) {
        this.unit = unit;
        this.x87 = unit.x87;
        this.float80 = unit.float80;
        this.memory = memory;
    }

    /** The formats of operands in memory by the two bits of the opcode between D8 and DF: m32fp, m32int, m64fp, m16int. */
    boolean loadOperand(int format, long address) {
        int size = format == 0 || format == 1 ? 4 : format == 2 ? 8 : 2;
        if (!memory.load(address, size, cell, 0)) {
            return false;
        }
        float80.begin();
        switch (format) {
            case 0 -> Float80Formats.operandFloat(float80, (int) cell[0]);
            case 1 -> Float80Integers.load(float80, cell[0] << 32 >> 32);
            case 2 -> Float80Formats.operandDouble(float80, cell[0]);
            default -> Float80Integers.load(float80, cell[0] << 48 >> 48);
        }
        return true;
    }

    /** FLD and FILD of the formats of {@link #loadOperand}. */
    int load(int format, long address) {
        int size = format == 0 || format == 1 ? 4 : format == 2 ? 8 : 2;
        if (!memory.load(address, size, cell, 0)) {
            return FpuOutcome.MEMORY_FAULT;
        }
        float80.begin();
        switch (format) {
            case 0 -> Float80Formats.loadFloat(float80, (int) cell[0]);
            case 1 -> Float80Integers.load(float80, cell[0] << 32 >> 32);
            case 2 -> Float80Formats.loadDouble(float80, cell[0]);
            default -> Float80Integers.load(float80, cell[0] << 48 >> 48);
        }
        pushResult();
        return FpuOutcome.DONE;
    }

    private void pushResult() {
        if (!x87.isEmpty(7)) {
            if (unit.stackFault(true)) {
                x87.push(Float80.INDEFINITE, Float80.INDEFINITE_HIGH);
            }
            return;
        }
        // A denormal is loaded even if it is to raise an exception.
        boolean loaded = unit.accept() || float80.flags == Fp.DENORMAL;
        if (loaded) {
            x87.push(float80.significand, float80.signExponent);
        }
    }

    /** FILD m64. */
    int loadLong(long address) {
        if (!memory.load(address, 8, cell, 0)) {
            return FpuOutcome.MEMORY_FAULT;
        }
        float80.begin();
        Float80Integers.load(float80, cell[0]);
        pushResult();
        return FpuOutcome.DONE;
    }

    /** FLD m80. */
    int loadExtended(long address) {
        if (!memory.load(address, 10, cell, 0)) {
            return FpuOutcome.MEMORY_FAULT;
        }
        unit.push(cell[0], (int) cell[1] & 0xffff);
        return FpuOutcome.DONE;
    }

    /** FBLD. */
    int loadDecimal(long address) {
        if (!memory.load(address, 10, cell, 0)) {
            return FpuOutcome.MEMORY_FAULT;
        }
        Float80Integers.loadDecimal(float80, cell[0], (int) cell[1] & 0xffff);
        pushResult();
        return FpuOutcome.DONE;
    }

    /** FST and FSTP to m32fp or m64fp. */
    int storeFloat(long address, boolean wide, boolean pop) {
        if (x87.isEmpty(0)) {
            return storeEmpty(address, wide ? 8 : 4, wide ? 0xfff8_0000_0000_0000L : 0xffc0_0000L, 0, pop);
        }
        cell[0] = wide
                ? Float80Formats.storeDouble(float80, x87.significand(0), x87.signExponent(0))
                : Float80Formats.storeFloat(float80, x87.significand(0), x87.signExponent(0));
        return store(address, wide ? 8 : 4, pop);
    }

    /** FIST, FISTP and FISTTP. */
    int storeInteger(long address, int bytes, int mode, boolean pop) {
        if (x87.isEmpty(0)) {
            return storeEmpty(address, bytes, -1L << (8 * bytes - 1), 0, pop);
        }
        cell[0] = Float80Integers.store(float80, x87.significand(0), x87.signExponent(0), 8 * bytes, mode);
        return store(address, bytes, pop);
    }

    /** FISTTP. */
    int storeIntegerCut(long address, int bytes) {
        return storeInteger(address, bytes, Fp.TOWARDS_ZERO, true);
    }

    /** FBSTP. */
    int storeDecimal(long address) {
        if (x87.isEmpty(0)) {
            return storeEmpty(address, 10, 0xc000_0000_0000_0000L, 0xffff, true);
        }
        Float80Integers.storeDecimal(float80, x87.significand(0), x87.signExponent(0));
        cell[0] = float80.significand;
        cell[1] = float80.signExponent;
        return store(address, 10, true);
    }

    /** FSTP m80: no number is refused. */
    int storeExtended(long address) {
        if (x87.isEmpty(0)) {
            return storeEmpty(address, 10, Float80.INDEFINITE, Float80.INDEFINITE_HIGH, true);
        }
        float80.begin();
        cell[0] = x87.significand(0);
        cell[1] = x87.signExponent(0);
        return store(address, 10, true);
    }

    /** An unmasked exception other than inexact leaves memory and stack as they are. */
    private int store(long address, int bytes, boolean pop) {
        int stopping = float80.flags & ~x87.control & (Fp.ALL & ~Fp.INEXACT);
        if (stopping != 0) {
            if (!memory.probeStore(address, bytes)) {
                return FpuOutcome.MEMORY_FAULT;
            }
            x87.conditions |= float80.flags & ~Fp.INEXACT;
            x87.c1(false);
            return FpuOutcome.DONE;
        }
        if (!memory.store(address, bytes, cell, 0)) {
            return FpuOutcome.MEMORY_FAULT;
        }
        unit.accept();
        if (pop) {
            x87.pop();
        }
        return FpuOutcome.DONE;
    }

    private int storeEmpty(long address, int bytes, long low, int high, boolean pop) {
        if ((x87.control & Fp.INVALID) == 0) {
            if (!memory.probeStore(address, bytes)) {
                return FpuOutcome.MEMORY_FAULT;
            }
            unit.stackFault(false);
            return FpuOutcome.DONE;
        }
        cell[0] = low;
        cell[1] = high;
        if (!memory.store(address, bytes, cell, 0)) {
            return FpuOutcome.MEMORY_FAULT;
        }
        unit.stackFault(false);
        if (pop) {
            x87.pop();
        }
        return FpuOutcome.DONE;
    }

    /** FLD ST(i). */
    void duplicate(int index) {
        if (x87.isEmpty(index) || !x87.isEmpty(7)) {
            // An empty operand is found before a full stack.
            if (unit.stackFault(!x87.isEmpty(index))) {
                x87.push(Float80.INDEFINITE, Float80.INDEFINITE_HIGH);
            }
            return;
        }
        x87.c1(false);
        x87.push(x87.significand(index), x87.signExponent(index));
    }

    /** FST and FSTP ST(i). */
    void copy(int index, boolean pop) {
        if (x87.isEmpty(0)) {
            unit.underflow(index, pop);
            return;
        }
        x87.c1(false);
        x87.set(index, x87.significand(0), x87.signExponent(0));
        if (pop) {
            x87.pop();
        }
    }

    /** FSTP ST(i) by its other opcode D9 D8, which finds nothing wrong with an empty register: it copies nothing and pops. */
    void copyAlias(int index) {
        x87.c1(false);
        if (!x87.isEmpty(0)) {
            x87.set(index, x87.significand(0), x87.signExponent(0));
        }
        x87.pop();
    }

    /** FXCH: an empty register counts as the default NaN. */
    void exchange(int index) {
        if (x87.isEmpty(0) || x87.isEmpty(index)) {
            if (!unit.stackFault(false)) {
                return;
            }
            fill(0);
            fill(index);
        } else {
            x87.c1(false);
        }
        long significand = x87.significand(0);
        int signExponent = x87.signExponent(0);
        x87.set(0, x87.significand(index), x87.signExponent(index));
        x87.set(index, significand, signExponent);
    }

    private void fill(int index) {
        if (x87.isEmpty(index)) {
            x87.set(index, Float80.INDEFINITE, Float80.INDEFINITE_HIGH);
        }
    }

    /** FCMOVcc. */
    void moveIf(boolean condition, int index) {
        if (x87.isEmpty(0) || x87.isEmpty(index)) {
            unit.underflow(0, false);
            return;
        }
        if (condition) {
            x87.set(0, x87.significand(index), x87.signExponent(index));
        }
    }
}
