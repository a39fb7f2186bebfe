package org.jkprobes.target;

/** What is written of each hit of a probe, and where: a number that tells the probe from others, and the values of some registers. */
public final class HitRecording {
    private final RecordArea area;
    private final int number;
    private final int[] registers;

    /** @param registers their indexes in {@link PtRegs} */
    public HitRecording(RecordArea area, int number, int... registers) {
        this.area = area;
        this.number = number;
        this.registers = registers.clone();
    }

    public RecordArea area() {
        return area;
    }

    public int number() {
        return number;
    }

    /** How many. */
    public int registers() {
        return registers.length;
    }

    /** The index of the n-th one in {@link PtRegs}. */
    public int register(int n) {
        return registers[n];
    }
}
