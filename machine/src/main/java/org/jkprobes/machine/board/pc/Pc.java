package org.jkprobes.machine.board.pc;

import org.jkprobes.machine.Machine;
import org.jkprobes.machine.Snapshot;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.cpu.x86.X86Cpu;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.engine.Ram;

/** A PC ready to boot: board, RAM and an x86-64 CPU, connected. */
public final class Pc {
    private final PcMemory memory;
    private final long start;
    private final PcBoard board;
    private final Machine machine;
    private final X86Cpu cpu;

    /**
     * @param start the real-time clock's date, in seconds since 1970
     * @param console where ttyS0 transmits to
     */
    public Pc(PcMemory memory, long start, ConsoleSink console) {
        this.memory = memory;
        this.start = start;
        Timeline timeline = new Timeline();
        Ram ram = new Ram(memory.bytes());
        board = new PcBoard(timeline, memory, start, console);
        cpu = new X86Cpu(ram, board, board.ports(), board.interrupts(), timeline);
        board.connect(cpu.interruptPin(), cpu.nmiPin());
        cpu.shutdown(board::cpuShutsDown);
        machine = new Machine(timeline, ram, board, cpu);
    }

    /** Copies bytes into RAM at a physical address. */
    public void load(long physical, byte[] bytes) {
        cpu.poke(physical, bytes);
    }

    /** Puts a kernel's start in place: as if the firmware had just jumped to its first instruction. */
    public void boot(LinuxBoot boot) {
        boot.contents().forEach(segment -> load(segment.physicalAddress(), segment.bytes()));
        X86Start start = boot.start();
        PcFirmware.setUp(board, machine.timeline(), start);
        cpu.firmware()
                .controls(start.cr0(), start.cr3(), start.cr4(), start.efer())
                .gdt(start.gdtBase(), start.gdtLimit())
                .segments(start.codeSelector(), start.dataSelector());
        for (int i = 0; i < start.registers().size(); i++) {
            cpu.slot(i, start.registers().get(i));
        }
        cpu.rip(start.entry());
    }

    /**
     * Another one that goes on from where this one is, and has nothing to do with it: they share RAM copy-on-write, but neither time, keys nor
     * probes. This one must not be running. Close its {@link #machine} when it is not needed any more.
     *
     * @param console where its ttyS0 transmits to
     */
    public Pc fork(ConsoleSink console) {
        Pc fork = new Pc(memory, start, console);
        try (Snapshot now = Snapshot.of(machine)) {
            now.restore(fork.machine);
        }
        return fork;
    }

    public Machine machine() {
        return machine;
    }

    public X86Cpu cpu() {
        return cpu;
    }

    public PcBoard board() {
        return board;
    }
}
