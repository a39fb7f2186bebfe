package org.jkprobes.machine.board.malta;

import org.jkprobes.machine.Machine;
import org.jkprobes.machine.Snapshot;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.engine.Ram;

/** A Malta ready to boot: board, RAM and a 24Kc CPU, connected. */
public final class Malta {
    private final MaltaMemory memory;
    private final long start;
    private final MaltaBoard board;
    private final Machine machine;
    private final MipsCpu cpu;

    /**
     * @param start the real-time clock's date, in seconds since 1970
     * @param console where ttyS0 transmits to
     */
    public Malta(MaltaMemory memory, long start, ConsoleSink console) {
        this.memory = memory;
        this.start = start;
        Timeline timeline = new Timeline();
        Ram ram = new Ram(memory.bytes());
        board = new MaltaBoard(timeline, memory, start, console);
        cpu = new MipsCpu(ram, board, timeline);
        board.connect(cpu.interruptPin(0), cpu.interruptPin(2));
        machine = new Machine(timeline, ram, board, cpu);
    }

    /** Copies bytes into RAM at a physical address: a kernel's segment. */
    public void load(long physical, byte[] bytes) {
        cpu.poke(physical, bytes);
    }

    /** Puts a kernel's start in place: as if the firmware had just jumped to its first instruction. */
    public void boot(YamonBoot boot) {
        boot.contents().forEach(segment -> load(segment.physicalAddress(), segment.bytes()));
        YamonBoot.programBridge(board);
        for (int i = 1; i < 32; i++) {
            cpu.slot(i, boot.registers().get(i) & 0xffffffffL);
        }
        cpu.jump(boot.entry());
        machine.timeline().retire(YamonBoot.FIRMWARE_INSTRUCTIONS);
    }

    /**
     * Another one that goes on from where this one is, and has nothing to do with it: they share RAM copy-on-write, but neither time, keys nor
     * probes. This one must not be running. Close its {@link #machine} when it is not needed any more.
     *
     * @param console where its ttyS0 transmits to
     */
    public Malta fork(ConsoleSink console) {
        Malta fork = new Malta(memory, start, console);
        try (Snapshot now = Snapshot.of(machine)) {
            now.restore(fork.machine);
        }
        return fork;
    }

    public Machine machine() {
        return machine;
    }

    public MipsCpu cpu() {
        return cpu;
    }

    public MaltaBoard board() {
        return board;
    }
}
