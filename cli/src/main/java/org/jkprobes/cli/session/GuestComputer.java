package org.jkprobes.cli.session;

import java.util.function.Consumer;
import org.jkprobes.cli.GdbListen;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.cli.UserError;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.gdb.stub.GdbStub;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Uart16550;

/** The computer of a run: a board with its CPU and memory, and the probes on it. Used by the machine's thread. */
interface GuestComputer {
    /**
     * The computer for a guest, switched off.
     *
     * @param console where its serial port transmits to
     */
    static GuestComputer of(RunOptions options, GuestImage image, ConsoleSink console, EventSink events) {
        return switch (options.guest()) {
            case MIPSEL -> new MaltaComputer(options, image, console, events);
            case I386, X86_64 -> new PcComputer(options, image, console, events);
        };
    }

    Machine machine();

    /** The serial port that is the guest's console. */
    Uart16550 console();

    GuestProbes probes();

    /**
     * Listens for GDB.
     *
     * @param report told, in one line, of connections that come and go
     */
    GdbStub listen(GdbListen at, Consumer<String> report);

    /** What its probes see of it. */
    ProbedBoard board();

    /**
     * Puts what is booted in place: as if the firmware had just jumped to the kernel's first instruction.
     *
     * @throws UserError if it does not fit
     */
    void boot();
}
