package org.jkprobes.cli.session;

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

/** Runs a guest on the embedded Malta. */
public final class MaltaSession implements Session {
    /** Guest instructions between looks at the console and the keyboard: some ms of host time. */
    private static final long SLICE = 1_000_000;

    @Override
    public RunSummary run(RunOptions options, EventSink events) {
        ConsoleTap console = new ConsoleTap(events);
        return follow(boot(options, console), console);
    }

    private static Malta boot(RunOptions options, ConsoleTap console) {
        try (ProgressLine progress = ProgressLine.ofHost()) {
            GuestImage image = GuestImage.of(options, progress);
            MaltaMemory ram = new MaltaMemory((long) options.memoryMib() << 20);
            Malta malta = new Malta(ram, Mc146818.DEFAULT_START, console);
            image.bootOn(malta, ram);
            return malta;
        } catch (ImageException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    private static RunSummary follow(Malta malta, ConsoleTap console) {
        Machine machine = malta.machine();
        Timeline timeline = machine.timeline();
        End end = null;
        while (end == null) {
            Machine.Outcome outcome = machine.run(timeline.retired() + SLICE);
            console.flush();
            end = switch (outcome) {
                case POWER_OFF -> End.POWER_OFF;
                case RESET -> console.panic().isPresent() ? End.PANIC : End.REBOOT;
                case IDLE -> End.STOPPED;
                case REACHED, PAUSED -> null;
            };
        }
        String panic =
                console.panic().map(text -> text.lines().findFirst().orElse("")).orElse("");
        return new RunSummary(
                end,
                panic,
                timeline.retired(),
                timeline.now(),
                Long.toHexString(machine.stateHash()),
                java.util.List.of());
    }
}
