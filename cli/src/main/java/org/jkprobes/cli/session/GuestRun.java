package org.jkprobes.cli.session;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jkprobes.cli.GdbListen;
import org.jkprobes.cli.ProgressLine;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.cli.SnapshotPoint;
import org.jkprobes.cli.UserError;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.RunSummary;
import org.jkprobes.cli.event.RunSummary.End;
import org.jkprobes.gdb.stub.GdbStub;
import org.jkprobes.gdb.stub.StubException;
import org.jkprobes.machine.IdlePolicy;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.Snapshot;

/** One run of a guest, from power-on or a snapshot to its end. */
final class GuestRun {
    /** Guest instructions between looks at the console and the keyboard: some ms of host time. */
    private static final long SLICE = 1_000_000;

    private final RunOptions options;
    private final GuestImage image;
    private final BusyLine events;
    private final ProgressLine progress;
    private final ConsoleTap console;
    private final GuestComputer computer;
    private final Machine machine;
    private final GuestProbes probes;
    private final Optional<GdbStub> gdb;
    private final Optional<Snapshot> saved;
    private boolean restored;

    /** @param saved the snapshot to start from, if it is there */
    GuestRun(RunOptions options, GuestImage image, Optional<Snapshot> saved, EventSink events, ProgressLine progress) {
        this.options = options;
        this.saved = saved;
        this.image = image;
        this.progress = progress;
        this.events = new BusyLine(events, progress);
        console = new ConsoleTap(this.events);
        computer = GuestComputer.of(options, image, this::transmitted, this.events);
        machine = computer.machine();
        machine.engine(options.engine().engine());
        probes = computer.probes();
        gdb = options.gdbListen().map(this::listen);
    }

    private GdbStub listen(GdbListen at) {
        try {
            GdbStub stub = computer.listen(at, this::say);
            say("gdb: target remote " + stub.address());
            return stub;
        } catch (StubException e) {
            throw new UserError("--gdb-listen: " + e.getMessage(), e);
        }
    }

    private void say(String line) {
        progress.clear();
        System.err.println("jkprobes: " + line);
    }

    /** What a guest that GDB has taken back transmits again is not shown again. */
    private void transmitted(byte value) {
        Optional<GdbStub> stub = gdb;
        if (stub == null || stub.isEmpty() || !stub.get().repeated()) {
            console.transmitted(value);
        }
    }

    RunSummary toEnd(KeySource keys) {
        try {
            return run(keys);
        } finally {
            gdb.ifPresent(GdbStub::close);
        }
    }

    private RunSummary run(KeySource keys) {
        Optional<End> end = start();
        if (end.isEmpty() && options.snapshot().isPresent()) {
            end = startFromShell();
        } else if (end.isEmpty()) {
            plant();
        }
        return summary(end.isPresent() ? end.get() : follow(keys));
    }

    /** Switches the guest on, or makes it what a snapshot says; the end, if it ends before its snapshot is made. */
    private Optional<End> start() {
        Optional<Path> snapshot = options.snapshot();
        if (snapshot.isPresent() && saved.isPresent()) {
            SavedGuest guest = SavedGuest.restore(snapshot.get(), saved.get(), machine, image);
            probes.moved(guest.moved());
            console.goOnWith(guest.unfinishedLine());
            restored = true;
            return Optional.empty();
        }
        computer.boot();
        if (snapshot.isPresent() || !options.probes().isEmpty()) {
            probes.settle(); // else a kernel without symbols will do
        }
        if (options.afterBoot()) {
            progress.step("booting the kernel");
            probes.runToInit(() -> events.tick(machine.timeline()));
        }
        return snapshot.isPresent() ? save(snapshot.get()) : Optional.empty();
    }

    private Optional<End> save(Path file) {
        Optional<End> end = runTo(options.snapshotAt());
        if (end.isPresent()) {
            if (end.get().isFatal()) {
                return end;
            }
            throw new UserError(
                    "the guest ended (" + end.get() + ") before its snapshot could be made: " + file + " is not there");
        }
        progress.brief("saving the snapshot");
        SavedGuest.save(file, machine, image, new SavedGuest(probes.delta(), console.unfinished()));
        progress.clear();
        return Optional.empty();
    }

    private Optional<End> runTo(SnapshotPoint point) {
        return switch (point) {
            case SnapshotPoint.AfterInstructions after ->
                follow(() -> machine.timeline().retired() >= after.instructions(), after.instructions());
            case SnapshotPoint.AtPoint at -> {
                probes.pauseAt(at.point());
                yield follow(probes::paused, Long.MAX_VALUE);
            }
            case SnapshotPoint.AtShell shell -> waitFor(console::atPrompt);
        };
    }

    /** A snapshot's guest has a shell: the commands are typed there, and probes do not see the typing if the shell is there already. */
    private Optional<End> startFromShell() {
        boolean typed = options.exec().isPresent() && console.atPrompt();
        if (typed) {
            write(options.exec().get());
        }
        plant();
        if (options.exec().isPresent() && !typed) {
            console.silent(false);
            Optional<End> end = waitFor(console::atPrompt);
            if (end.isPresent()) {
                return end;
            }
            write(options.exec().get());
        }
        if (options.exec().isPresent()) {
            console.silentForOneLine();
            type(TypedCommands.START);
        }
        return Optional.empty();
    }

    private void write(String commands) {
        console.silent(true);
        for (String line : TypedCommands.writing(commands)) {
            long before = console.lines();
            type(line);
            waitFor(() -> console.lines() > before
                    && console.atPrompt()
                    && !machine.keyboard().hasKeys());
        }
    }

    private void type(String line) {
        machine.keyboard().type(line.getBytes(StandardCharsets.US_ASCII));
    }

    private void plant() {
        probes.plant(options.probes());
    }

    private End follow(KeySource keys) {
        ConsoleCommands commands = probes.commands();
        try (KeySource.Typing typing = keys.start(computer, console, commands)) {
            if (restored && options.exec().isEmpty()) {
                console.showLine(); // now that keys go to the guest
            }
            return follow(
                            () -> {
                                commands.carryOut();
                                return typing.quit();
                            },
                            Long.MAX_VALUE)
                    .orElse(End.STOPPED);
        }
    }

    /**
     * Runs until the guest ends, or waits and is {@code done}: then empty. It is looked at wherever the guest waits: a prompt may not stand
     * for long, for the kernel may have something to say in a while.
     */
    private Optional<End> waitFor(BooleanSupplier done) {
        machine.idle(ns -> done.getAsBoolean() ? 0 : IdlePolicy.SKIP.pass(ns));
        try {
            return follow(done, Long.MAX_VALUE);
        } finally {
            machine.idle(IdlePolicy.SKIP);
        }
    }

    /** Runs until the guest ends, or {@code done}: then empty. */
    private Optional<End> follow(BooleanSupplier done, long until) {
        while (!done.getAsBoolean()) {
            long slice = Math.min(until, machine.timeline().retired() + SLICE);
            Machine.Outcome outcome = machine.run(slice);
            console.flush();
            probes.drain();
            Optional<End> end = end(outcome);
            if (end.isPresent()) {
                return outcome == Machine.Outcome.IDLE && done.getAsBoolean() ? Optional.empty() : end;
            }
            if (!console.atPrompt()) {
                events.tick(machine.timeline());
            }
        }
        return Optional.empty();
    }

    private Optional<End> end(Machine.Outcome outcome) {
        boolean panicked = console.panic().isPresent();
        return switch (outcome) {
            case POWER_OFF -> Optional.of(End.POWER_OFF);
            case RESET ->
                Optional.of(panicked ? End.PANIC : machine.board().shutDown() ? End.TRIPLE_FAULT : End.REBOOT);
            case IDLE -> Optional.of(panicked ? End.PANIC : End.STOPPED);
            // A kernel that was not told to reboot on panic loops for ever.
            case REACHED, PAUSED, INTERRUPTED -> console.panicEnded() ? Optional.of(End.PANIC) : Optional.empty();
        };
    }

    private RunSummary summary(End end) {
        return new RunSummary(
                end,
                switch (end) {
                    case PANIC -> console.panic().orElse("");
                    case TRIPLE_FAULT ->
                        "a triple fault at " + probes.place(machine.cpu().pc())
                                + ": the CPU could not enter the guest's handler of double faults";
                    default -> "";
                },
                machine.timeline().retired(),
                machine.timeline().now(),
                Long.toHexString(machine.stateHash()),
                probes.counts());
    }
}
