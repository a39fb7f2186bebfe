package org.jkprobes.cli.session;

import java.util.function.Consumer;
import org.jkprobes.arch.x86.X86Layout;
import org.jkprobes.cli.GdbListen;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.gdb.stub.GdbStub;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.board.pc.Pc;
import org.jkprobes.machine.board.pc.PcMemory;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;
import org.jkprobes.machine.device.Uart16550;

/** A {@link Pc}. */
final class PcComputer implements GuestComputer {
    private final GuestImage image;
    private final PcMemory memory;
    private final Pc pc;
    private final boolean wide;
    private final ProbedBoard board;
    private final Probes probes;

    PcComputer(RunOptions options, GuestImage image, ConsoleSink console, EventSink events) {
        this.image = image;
        memory = new PcMemory((long) options.memoryMib() << 20);
        pc = new Pc(memory, Mc146818.DEFAULT_START, console);
        wide = options.guest() == Guest.X86_64;
        X86Layout layout = wide ? X86Layout.AMD64 : X86Layout.I386;
        board = new ProbedPc(pc, layout);
        probes = new Probes(board, new LinkedKernel(image.kernel(), options), events);
    }

    @Override
    public Machine machine() {
        return pc.machine();
    }

    @Override
    public Uart16550 console() {
        return pc.board().console();
    }

    @Override
    public GuestProbes probes() {
        return probes;
    }

    @Override
    public GdbStub listen(GdbListen at, Consumer<String> report) {
        return GdbStub.of(pc.machine(), pc.cpu(), wide, at.where(), at.waits(), report);
    }

    @Override
    public ProbedBoard board() {
        return board;
    }

    @Override
    public void boot() {
        probes.moved(image.bootOn(pc, memory));
    }
}
