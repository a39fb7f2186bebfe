package org.jkprobes.cli.session;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jkprobes.cli.ImageMemory;
import org.jkprobes.cli.ProgressLine;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.cli.Session;
import org.jkprobes.cli.SnapshotPoint;
import org.jkprobes.cli.UserError;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.RunSummary;
import org.jkprobes.cli.event.RunSummary.End;
import org.jkprobes.images.ImageException;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.device.Mc146818;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.file.SymbolFile;
import org.jkprobes.symbols.kallsyms.Kallsyms;
import org.jspecify.annotations.Nullable;

/** Runs a guest on the embedded Malta. */
public final class MaltaSession implements Session {
    /** Guest instructions between looks at the console and the keyboard: some ms of host time. */
    private static final long SLICE = 1_000_000;

    @Override
    public RunSummary run(RunOptions options, EventSink events) {
        ConsoleTap console = new ConsoleTap(events);
        MaltaMemory memory = new MaltaMemory((long) options.memoryMib() << 20);
        Malta malta = new Malta(memory, Mc146818.DEFAULT_START, console);
        Machine machine = malta.machine();
        GuestImage image = open(options);
        Probes probes = new Probes(malta, new LinkedKernel(image, options), events);
        Optional<Path> saved = options.snapshot().filter(Files::exists);
        if (saved.isPresent()) {
            probes.moved(SavedGuest.restore(saved.get(), machine, image));
        } else {
            image.bootOn(malta, memory);
            probes.settle();
        }
        if (options.snapshot().isPresent() && saved.isEmpty()) {
            End end = runTo(options.snapshotAt(), machine, console, probes);
            if (end != null) {
                return summary(end, machine, console, probes);
            }
            SavedGuest.save(options.snapshot().get(), machine, image, probes.delta());
        }
        if (options.afterBoot()) {
            probes.runToInit();
        }
        probes.plant(options.kprobes(), options.after());
        if (options.snapshot().isPresent() && options.exec().isPresent()) {
            machine.keyboard().type((options.exec().get() + "\npoweroff -f\n").getBytes(StandardCharsets.UTF_8));
        }
        return summary(follow(machine, console), machine, console, probes);
    }

    private static GuestImage open(RunOptions options) {
        try (ProgressLine progress = ProgressLine.ofHost()) {
            return GuestImage.of(options, progress);
        } catch (ImageException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    /** The kernel's symbols where it is linked: decoding them takes a moment, so only when they are asked for. */
    private record LinkedKernel(GuestImage image, RunOptions options) implements Probes.Kernel {
        @Override
        public KernelSymbols symbols() {
            KernelSymbols linked = Kallsyms.inMemory(
                    new ImageMemory(image.kernel()), options.guest().kernelSpace());
            return options.symbols().isEmpty()
                    ? linked
                    : SymbolFile.read(options.symbols().get(), linked.model()).addedTo(linked);
        }

        @Override
        public ImageMemory memory() {
            return new ImageMemory(image.kernel());
        }

        @Override
        public long entry() {
            return image.kernel().entry();
        }
    }

    /** Runs to where the snapshot is made; the end, if the guest ends before. */
    private static @Nullable End runTo(SnapshotPoint point, Machine machine, ConsoleTap console, Probes probes) {
        return switch (point) {
            case SnapshotPoint.AfterInstructions after -> end(machine.run(after.instructions()), console);
            case SnapshotPoint.AtPoint at -> {
                probes.pauseAt(at.point());
                yield follow(machine, console, probes::paused);
            }
            case SnapshotPoint.AtShell shell -> follow(machine, console, console::atPrompt);
        };
    }

    private static End follow(Machine machine, ConsoleTap console) {
        if (!HostConsole.interactive()) {
            HostConsole.pipe(machine);
            return stopped(follow(machine, console, () -> false));
        }
        try (HostConsole host = HostConsole.terminal(machine)) {
            return stopped(follow(machine, console, host::quit));
        }
    }

    private static End stopped(@Nullable End end) {
        return end == null ? End.STOPPED : end;
    }

    /** Runs until the guest ends, or {@code done}: then null. */
    private static @Nullable End follow(Machine machine, ConsoleTap console, BooleanSupplier done) {
        while (!done.getAsBoolean()) {
            End end = end(machine.run(machine.timeline().retired() + SLICE), console);
            console.flush();
            if (end != null) {
                return end;
            }
        }
        return null;
    }

    private static @Nullable End end(Machine.Outcome outcome, ConsoleTap console) {
        return switch (outcome) {
            case POWER_OFF -> End.POWER_OFF;
            case RESET -> console.panic().isPresent() ? End.PANIC : End.REBOOT;
            case IDLE -> End.STOPPED;
            case REACHED, PAUSED -> null;
        };
    }

    private static RunSummary summary(End end, Machine machine, ConsoleTap console, Probes probes) {
        return new RunSummary(
                end,
                console.panic().orElse(""),
                machine.timeline().retired(),
                machine.timeline().now(),
                Long.toHexString(machine.stateHash()),
                probes.counts());
    }
}
