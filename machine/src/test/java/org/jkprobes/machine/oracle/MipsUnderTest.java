package org.jkprobes.machine.oracle;

import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.cpu.mips.Cp0;
import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.machine.cpu.mips.MipsSlots;
import org.jkprobes.machine.engine.Bus;
import org.jkprobes.machine.engine.Engine;
import org.jkprobes.machine.engine.Engines;
import org.jkprobes.machine.engine.Interpreter;
import org.jkprobes.machine.engine.Ram;

/** {@link MipsCpu}, moved by the interpreter: on its own with RAM, or in a Malta. */
final class MipsUnderTest implements CpuUnderTest {
    private static final int LL = 48;

    private final Timeline timeline;
    private final Interpreter interpreter = new Interpreter();
    /** What runs blocks. */
    private final Engine engine;

    private final Ram ram;
    private final MipsCpu cpu;
    private final boolean booted;
    private boolean deviceLoaded;

    private MipsUnderTest(Timeline timeline, Ram ram, MipsCpu cpu, Engine engine, boolean booted) {
        this.engine = engine;
        this.timeline = timeline;
        this.ram = ram;
        this.cpu = cpu;
        this.booted = booted;
    }

    /** RAM at physical 0, and nothing else. */
    static MipsUnderTest bare(int memoryMib) {
        return bare(memoryMib, Engines.interpreter());
    }

    /** The same, with an engine of one's own for {@link #run}. */
    static MipsUnderTest bare(int memoryMib, Engine engine) {
        Timeline timeline = new Timeline();
        Ram ram = new Ram((long) memoryMib << 20);
        return new MipsUnderTest(
                timeline, ram, new MipsCpu(ram, new RamAndNothing(ram.size()), timeline), engine, false);
    }

    /** A Malta at its kernel's first instruction: its registers are its own. */
    static MipsUnderTest of(Malta malta) {
        return new MipsUnderTest(
                malta.machine().timeline(), malta.machine().ram(), malta.cpu(), Engines.interpreter(), true);
    }

    MipsCpu cpu() {
        return cpu;
    }

    @Override
    public void start(TraceState state, long retired) {
        if (booted) {
            return;
        }
        for (int r = 1; r < 32; r++) {
            adoptGpr(r, state.gpr[r]);
        }
        cpu.slot(MipsSlots.HI, state.hi & 0xFFFFFFFFL);
        cpu.slot(MipsSlots.LO, state.lo & 0xFFFFFFFFL);
        cpu.cp0().set(Cp0.STATUS, state.status);
        cpu.cp0().set(Cp0.CAUSE, state.cause);
        cpu.cp0().set(Cp0.EPC, state.epc);
        cpu.jump(state.pc);
        timeline.retire(retired);
    }

    @Override
    public void load(int physical, byte[] bytes) {
        cpu.poke(physical, bytes);
    }

    @Override
    public void step() {
        deviceLoaded = isDeviceLoad(instruction(pc()));
        interpreter.step(cpu);
        boundary();
    }

    /** A load by way of kseg1 from where no RAM is. */
    private boolean isDeviceLoad(int word) {
        int opcode = word >>> 26;
        int address = gpr(word >> 21 & 31) + (short) word;
        return (opcode >= 32 && opcode < 40 || opcode == LL)
                && address >>> 29 == 5
                && (address & 0x1FFFFFFF) >= 0x10000000;
    }

    /** Runs blocks as the machine does, until so many more instructions have retired. */
    void run(long instructions) {
        long end = timeline.retired() + instructions;
        while (timeline.retired() < end || cpu.stepping()) {
            engine.run(cpu, Math.min(end - timeline.retired(), Math.max(1, timeline.instructionsToNextDue())));
            boundary();
        }
    }

    private void boundary() {
        timeline.fireDue();
        cpu.attend();
        while (cpu.waiting() && cpu.canWake()) {
            timeline.idleUntil(timeline.nextDue());
            timeline.fireDue();
            cpu.attend();
        }
    }

    @Override
    public int gpr(int register) {
        return (int) cpu.slot(register);
    }

    @Override
    public int hi() {
        return (int) cpu.slot(MipsSlots.HI);
    }

    @Override
    public int lo() {
        return (int) cpu.slot(MipsSlots.LO);
    }

    @Override
    public int pc() {
        return (int) cpu.pc();
    }

    @Override
    public boolean inDelaySlot() {
        return cpu.inDelaySlot();
    }

    @Override
    public int cp0(int register, int select) {
        return cpu.cp0().get(register << 3 | select);
    }

    @Override
    public int instruction(int pc) {
        long physical = cpu.peek(pc);
        if (physical < 0 || physical + 4 > ram.size()) {
            return -1;
        }
        byte[] word = memory((int) physical, 4);
        return word[0] & 0xFF | (word[1] & 0xFF) << 8 | (word[2] & 0xFF) << 16 | word[3] << 24;
    }

    @Override
    public byte[] memory(int physical, int length) {
        byte[] bytes = new byte[length];
        ram.read(physical, bytes, 0, length);
        return bytes;
    }

    @Override
    public boolean lastLoadWasFromDevice() {
        return deviceLoaded;
    }

    @Override
    public void adoptGpr(int register, int value) {
        cpu.slot(register, value & 0xFFFFFFFFL);
    }

    @Override
    public long retired() {
        return timeline.retired();
    }

    private record RamAndNothing(long size) implements Bus {
        @Override
        public long ramOffset(long physical) {
            return physical < size ? physical : -1;
        }

        @Override
        public long load(long physical, int size) {
            return 0;
        }

        @Override
        public void store(long physical, int size, long value) {
            // Nothing is there.
        }
    }
}
