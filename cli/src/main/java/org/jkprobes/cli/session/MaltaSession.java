package org.jkprobes.cli.session;

import java.util.OptionalLong;
import org.jkprobes.cli.ImageMemory;
import org.jkprobes.cli.ProgressLine;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.cli.Session;
import org.jkprobes.cli.UserError;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.RunSummary;
import org.jkprobes.cli.event.RunSummary.End;
import org.jkprobes.images.ImageException;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.device.Mc146818;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.kallsyms.Kallsyms;
import org.jspecify.annotations.Nullable;

/** Runs a guest on the embedded Malta. */
public final class MaltaSession implements Session {
    /** Guest instructions between looks at the console and the keyboard: some ms of host time. */
    private static final long SLICE = 1_000_000;

    @Override
    public RunSummary run(RunOptions options, EventSink events) {
        ConsoleTap console = new ConsoleTap(events);
        Malta malta = new Malta(new MaltaMemory((long) options.memoryMib() << 20), Mc146818.DEFAULT_START, console);
        Probes probes = boot(options, malta, events);
        probes.plant(options.kprobes(), options.after());
        return follow(malta.machine(), console, probes);
    }

    private static Probes boot(RunOptions options, Malta malta, EventSink events) {
        try (ProgressLine progress = ProgressLine.ofHost()) {
            GuestImage image = GuestImage.of(options, progress);
            ImageMemory memory = new ImageMemory(image.kernel());
            progress.brief("reading the kernel's symbols");
            KernelSymbols linked = Kallsyms.inMemory(memory, options.guest().kernelSpace());
            image.bootOn(malta, new MaltaMemory((long) options.memoryMib() << 20));
            Probes probes = new Probes(malta, linked, events);
            OptionalLong jump = Relocation.jump(linked, memory, image.kernel().entry());
            probes.settle(jump);
            return probes;
        } catch (ImageException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    private static RunSummary follow(Machine machine, ConsoleTap console, Probes probes) {
        Timeline timeline = machine.timeline();
        End end = null;
        while (end == null) {
            end = end(machine.run(timeline.retired() + SLICE), console);
            console.flush();
        }
        return new RunSummary(
                end,
                console.panic().orElse(""),
                timeline.retired(),
                timeline.now(),
                Long.toHexString(machine.stateHash()),
                probes.counts());
    }

    private static @Nullable End end(Machine.Outcome outcome, ConsoleTap console) {
        return switch (outcome) {
            case POWER_OFF -> End.POWER_OFF;
            case RESET -> console.panic().isPresent() ? End.PANIC : End.REBOOT;
            case IDLE -> End.STOPPED;
            case REACHED, PAUSED -> null;
        };
    }
}
