package org.jkprobes.cli.session;

import java.util.function.Consumer;
import org.jkprobes.cli.GdbListen;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.gdb.stub.GdbStub;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;
import org.jkprobes.machine.device.Uart16550;

/** A {@link Malta}. */
final class MaltaComputer implements GuestComputer {
    private final GuestImage image;
    private final MaltaMemory memory;
    private final Malta malta;
    private final Probes probes;

    MaltaComputer(RunOptions options, GuestImage image, ConsoleSink console, EventSink events) {
        this.image = image;
        memory = new MaltaMemory((long) options.memoryMib() << 20);
        malta = new Malta(memory, Mc146818.DEFAULT_START, console);
        probes = new Probes(new ProbedMalta(malta), new LinkedKernel(image.kernel(), options), events);
    }

    @Override
    public Machine machine() {
        return malta.machine();
    }

    @Override
    public Uart16550 console() {
        return malta.board().console();
    }

    @Override
    public GuestProbes probes() {
        return probes;
    }

    @Override
    public GdbStub listen(GdbListen at, Consumer<String> report) {
        return GdbStub.of(malta.machine(), malta.cpu(), at.where(), at.waits(), report);
    }

    @Override
    public ProbedBoard board() {
        return new ProbedMalta(malta);
    }

    @Override
    public void boot() {
        image.bootOn(malta, memory);
    }
}
