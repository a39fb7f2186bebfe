package org.jkprobes.machine.board.malta;

import org.jkprobes.machine.Board;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.engine.Ram;

/** A Malta ready to boot: board, RAM and a 24Kc CPU, connected. */
public final class Malta implements Board {
    private final MaltaMemory memory;
    private final MaltaBoard board;
    private final Machine machine;
    private final MipsCpu cpu;
    private Stop stop = Stop.NONE;

    /**
     * @param start the real-time clock's date, in seconds since 1970
     * @param console where ttyS0 transmits to
     */
    public Malta(MaltaMemory memory, long start, ConsoleSink console) {
        this.memory = memory;
        Timeline timeline = new Timeline();
        Ram ram = new Ram(memory.bytes());
        cpu = new MipsCpu(ram, this, timeline);
        board = new MaltaBoard(
                timeline,
                start,
                new MaltaWiring(
                        cpu.interruptPin(0),
                        cpu.interruptPin(2),
                        console,
                        () -> stop(Stop.POWER_OFF),
                        () -> stop(Stop.RESET)));
        machine = new Machine(timeline, ram, this, cpu);
    }

    /** Puts a kernel's start in place: as if the firmware had just jumped to its first instruction. */
    public void boot(YamonBoot boot) {
        boot.contents().forEach(segment -> cpu.poke(segment.physicalAddress(), segment.bytes()));
        YamonBoot.programBridge(board.bus());
        for (int i = 1; i < 32; i++) {
            cpu.slot(i, boot.registers().get(i) & 0xffffffffL);
        }
        cpu.jump(boot.entry());
        machine.timeline().retire(YamonBoot.FIRMWARE_INSTRUCTIONS);
    }

    public Machine machine() {
        return machine;
    }

    public MipsCpu cpu() {
        return cpu;
    }

    public MaltaMemory memory() {
        return memory;
    }

    private void stop(Stop why) {
        stop = why;
        cpu.requestAttention();
    }

    @Override
    public Stop stop() {
        return stop;
    }

    @Override
    public boolean key(int character) {
        boolean room = board.console().canReceive();
        if (room) {
            board.console().receive(character);
        }
        return room;
    }

    @Override
    public long ramOffset(long physical) {
        return memory.offset(physical);
    }

    @Override
    public long load(long physical, int size) {
        return board.bus().load(physical, size);
    }

    @Override
    public void store(long physical, int size, long value) {
        board.bus().store(physical, size, value);
    }

    @Override
    public void save(StateOutput out) {
        board.save(out);
    }

    @Override
    public void restore(StateInput in) {
        stop = Stop.NONE;
        board.restore(in);
    }
}
