package org.jkprobes.gdb.stub;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jkprobes.gdb.packet.PacketStream;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.machine.cpu.x86.X86Cpu;
import org.jkprobes.machine.debug.Debugger;
import org.jkprobes.machine.debug.Stop;
import org.jspecify.annotations.Nullable;

/**
 * A machine's GDB stub: it listens, and runs the machine as the GDB that has connected wants. A GDB that connects stops the guest; when it
 * detaches, or its connection ends, its breakpoints are gone and the guest goes on. One at a time; a second one is turned away. From the
 * first connection on the machine's past is kept, so that GDB can go back in it.
 *
 * <p>The machine's thread does everything but listening.
 */
public final class GdbStub implements AutoCloseable, Machine.Monitor {
    /** Guest instructions between looks at the connection. */
    private static final long SLICE = 1_000_000;
    /** A second GDB is turned away after so many hundredths of a second. */
    private static final int PATIENCE = 100;

    private final StubGuest guest;
    private final Consumer<String> report;
    private final ServerSocketChannel server;
    private final ListenAddress where;
    private final AtomicReference<@Nullable SocketChannel> arrived = new AtomicReference<>();
    private volatile boolean busy;
    private volatile @Nullable Debugger debugger;
    /** Nothing is run before GDB says so. */
    private boolean waits;

    private @Nullable Connection connection;
    private @Nullable StubSession session;
    private boolean running;
    private boolean killed;

    private GdbStub(StubGuest guest, ListenAddress where, boolean waits, Consumer<String> report) throws IOException {
        this.guest = guest;
        this.where = where;
        this.waits = waits;
        this.report = report;
        SocketAddress address = switch (where) {
            case ListenAddress.Tcp tcp -> tcp.address();
            case ListenAddress.Unix unix -> unix.address();
        };
        server = where instanceof ListenAddress.Unix
                ? ServerSocketChannel.open(where.family())
                : ServerSocketChannel.open();
        try {
            server.bind(address);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /**
     * Listens for GDB, and runs a MIPS machine from now on.
     *
     * @param waits whether the guest waits, before its next instruction, until a GDB has it go on
     * @param report told, in one line, of connections that come and go
     * @throws StubException if it cannot listen there
     */
    public static GdbStub of(
            Machine machine, MipsCpu cpu, ListenAddress where, boolean waits, Consumer<String> report) {
        return start(new MipsStubGuest(machine, cpu), where, waits, report);
    }

    /**
     * As for MIPS.
     *
     * @param wide whether the guest's kernel is one of 64 bits
     */
    public static GdbStub of(
            Machine machine, X86Cpu cpu, boolean wide, ListenAddress where, boolean waits, Consumer<String> report) {
        return start(new X86StubGuest(machine, cpu, wide), where, waits, report);
    }

    private static GdbStub start(StubGuest guest, ListenAddress where, boolean waits, Consumer<String> report) {
        try {
            GdbStub stub = new GdbStub(guest, where, waits, report);
            guest.machine().monitor(stub);
            Thread.ofPlatform().daemon().name("gdb listener").start(stub::listen);
            return stub;
        } catch (IOException | RuntimeException e) {
            throw new StubException("cannot listen at " + text(where) + ": " + e.getMessage(), e);
        }
    }

    private static String text(ListenAddress where) {
        return switch (where) {
            case ListenAddress.Tcp tcp -> tcp.host() + ":" + tcp.port();
            case ListenAddress.Unix unix -> "unix:" + unix.path();
        };
    }

    /** Where it listens, as GDB's {@code target remote} takes it. */
    public String address() {
        try {
            return switch (server.getLocalAddress()) {
                case InetSocketAddress tcp ->
                    (tcp.getAddress().isAnyLocalAddress()
                                    ? ""
                                    : tcp.getAddress().getHostAddress()) + ":" + tcp.getPort();
                case UnixDomainSocketAddress unix -> unix.getPath().toString();
                default -> text(where);
            };
        } catch (IOException e) {
            return text(where);
        }
    }

    /** To be asked once for each byte that the guest's console transmits: whether it has done so before, and GDB has gone back since. */
    public boolean repeated() {
        Debugger there = debugger;
        return there != null && there.history().repeated();
    }

    private void listen() {
        try {
            while (true) {
                SocketChannel channel = server.accept();
                for (int i = 0; i < PATIENCE && busy; i++) {
                    Thread.sleep(10); // the last one may just be going
                }
                if (busy) {
                    channel.close();
                    continue;
                }
                busy = true;
                arrived.set(channel);
                wake();
            }
        } catch (IOException e) {
            busy = true; // closed: nobody is let in any more
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void wake() {
        guest.machine().interrupt();
        notifyAll();
    }

    @Override
    public Machine.Outcome run(long until) {
        while (!killed) {
            letIn();
            StubSession gdb = session;
            Connection line = connection;
            try {
                if (gdb == null || line == null) {
                    if (waits) {
                        await();
                        continue;
                    }
                    Optional<Machine.Outcome> outcome = alone(until);
                    if (outcome.isPresent()) {
                        return outcome.get();
                    }
                } else if (running) {
                    Optional<Machine.Outcome> outcome = goOn(gdb, line, until);
                    if (outcome.isPresent()) {
                        return outcome.get();
                    }
                } else {
                    listenTo(gdb, line);
                }
            } catch (InterruptedException e) {
                // Not cleared by whoever threw it: the caller looks whether the run is to end.
                return Machine.Outcome.REACHED;
            } catch (IOException e) {
                hangUp("gdb: connection closed: " + e.getMessage());
            }
        }
        return Machine.Outcome.IDLE;
    }

    private synchronized void await() throws InterruptedException {
        while (arrived.get() == null) {
            wait();
        }
    }

    private void letIn() {
        SocketChannel channel = arrived.getAndSet(null);
        if (channel == null) {
            return;
        }
        Debugger there = debugger;
        if (there == null) {
            there = new Debugger(guest.machine(), guest.cpu(), guest.watchesStopBefore());
            debugger = there;
        }
        Connection line = new Connection(channel, this::wake);
        connection = line;
        session = new StubSession(guest, there, line);
        running = false;
        report.accept("gdb: connected");
    }

    /** Without a GDB. */
    private Optional<Machine.Outcome> alone(long until) {
        Debugger there = debugger;
        if (there == null) {
            Machine.Outcome outcome = guest.machine().runFreely(until);
            boolean forUs = outcome != Machine.Outcome.POWER_OFF && arrived.get() != null;
            return forUs || outcome == Machine.Outcome.INTERRUPTED
                    ? Optional.of(Machine.Outcome.REACHED)
                    : Optional.of(outcome);
        }
        return outcome(there.run(until));
    }

    /** What the caller is told; empty if it is none of their business. */
    private static Optional<Machine.Outcome> outcome(Stop stop) {
        return switch (stop.cause()) {
            // Whoever interrupts, for us or not: the caller looks what there is, and comes again.
            case DONE, INTERRUPTED -> Optional.of(Machine.Outcome.REACHED);
            case PAUSED -> Optional.of(Machine.Outcome.PAUSED);
            case POWER_OFF -> Optional.of(Machine.Outcome.POWER_OFF);
            case RESET -> Optional.of(Machine.Outcome.RESET);
            case IDLE -> Optional.of(Machine.Outcome.IDLE);
            default -> Optional.empty();
        };
    }

    private void listenTo(StubSession gdb, Connection line) throws IOException, InterruptedException {
        byte[] packet = line.read();
        if (PacketStream.isInterrupt(packet)) {
            return; // it is stopped
        }
        switch (gdb.answer(packet)) {
            case STOPPED -> {}
            case RUNNING -> running = true;
            case DETACHED -> hangUp("gdb: detached; the guest goes on");
            case KILLED -> {
                killed = true;
                hangUp("gdb: the guest is killed");
            }
        }
    }

    /** Runs the guest as GDB wants; the outcome if the caller is to know. */
    private Optional<Machine.Outcome> goOn(StubSession gdb, Connection line, long until) throws IOException {
        Debugger there = Objects.requireNonNull(debugger);
        if (interruptedBy(line)) {
            stop(gdb, new Stop(Stop.Cause.INTERRUPTED, 0));
            return Optional.empty();
        }
        Resume how = gdb.resume();
        long now = guest.machine().timeline().retired();
        Stop stop = switch (how) {
            case CONTINUE -> there.run(Math.min(until, now + SLICE));
            case STEP -> there.step();
            case BACK -> there.runBack(() -> somethingCame(line));
            case STEP_BACK -> there.stepBack();
        };
        boolean ended = stop.cause() == Stop.Cause.DONE && how == Resume.CONTINUE;
        if (ended || stop.cause() == Stop.Cause.PAUSED) {
            return outcome(stop);
        }
        if (stop.cause() == Stop.Cause.INTERRUPTED && how != Resume.BACK) {
            return outcome(stop); // something has come
        }
        stop(gdb, stop);
        Optional<Machine.Outcome> end = outcome(stop);
        if (end.isPresent() && end.get() != Machine.Outcome.REACHED) {
            hangUp("gdb: the guest has ended");
            return end;
        }
        return Optional.empty();
    }

    /** Whether GDB asks for a stop; or says something else, which it would not while the guest runs: then it is stopped, too. */
    private static boolean interruptedBy(Connection line) throws IOException {
        if (line.ready() || line.atEnd()) {
            try {
                return line.read().length > 0;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return false;
    }

    private static boolean somethingCame(Connection line) {
        try {
            return line.ready() || line.atEnd();
        } catch (IOException e) {
            return true;
        }
    }

    private void stop(StubSession gdb, Stop stop) throws IOException {
        running = false;
        gdb.stopped(stop);
    }

    private void hangUp(String why) {
        Connection line = connection;
        StubSession gdb = session;
        Debugger there = debugger;
        if (line != null && gdb != null && there != null) {
            gdb.settle();
            line.close();
            there.clear();
        }
        connection = null;
        session = null;
        waits = false;
        busy = false;
        report.accept(why);
    }

    /** Listens no more; a GDB that is connected is left. */
    @Override
    public void close() {
        try {
            server.close();
            if (where instanceof ListenAddress.Unix unix) {
                Files.deleteIfExists(unix.path());
            }
        } catch (IOException e) {
            report.accept("gdb: " + e.getMessage());
        }
        if (connection != null) {
            hangUp("gdb: connection closed: the run has ended");
        }
    }
}
