package org.jkprobes.cli.session;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jkprobes.Kprobes;
import org.jkprobes.cli.EngineChoice;
import org.jkprobes.cli.Format;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.ProbeOptions;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.cli.SnapshotPoint;
import org.jkprobes.cli.UserError;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.FunctionHit;
import org.jkprobes.cli.event.HitRecord;
import org.jkprobes.cli.event.KprobeHit;
import org.jkprobes.cli.event.RunSummary;
import org.jkprobes.images.ImageException;
import org.jkprobes.images.Progress;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.device.Mc146818;

/**
 * Debian's MIPS kernel on the embedded machine, for programs: booted until its first program is about to start, so that its symbols are
 * known and probes can be registered, and then run to its end. Not thread-safe.
 */
public final class DebianGuest implements AutoCloseable {
    private final Malta malta;
    private final LinkedKernel kernel;
    private final Probes probes;
    private final ByteArrayOutputStream console = new ByteArrayOutputStream();

    private DebianGuest(GuestImage image, RunOptions options) {
        MaltaMemory memory = new MaltaMemory((long) options.memoryMib() << 20);
        malta = new Malta(memory, Mc146818.DEFAULT_START, console::write);
        kernel = new LinkedKernel(image.kernel(), options);
        probes = new Probes(new ProbedMalta(malta), kernel, new Quiet());
        image.bootOn(malta, memory);
        probes.settle();
        probes.runToInit(() -> {});
    }

    private DebianGuest(DebianGuest forked) {
        console.writeBytes(forked.console.toByteArray());
        malta = forked.malta.fork(console::write);
        kernel = forked.kernel;
        probes = new Probes(new ProbedMalta(malta), kernel, new Quiet());
        probes.moved(forked.probes.delta());
    }

    /**
     * Boots a guest that is about to run shell commands, and will power off after them. Kernel and busybox are fetched once.
     *
     * @throws UserError if they cannot be had
     */
    public static DebianGuest booted(String commands) {
        RunOptions options = new RunOptions(
                Guest.MIPSEL,
                Optional.empty(),
                Optional.empty(),
                "",
                Guest.MIPSEL.usualMemory(),
                Optional.empty(),
                Optional.of(commands),
                false,
                ProbeOptions.NONE,
                true,
                Optional.empty(),
                Optional.empty(),
                new SnapshotPoint.AtShell(),
                Format.TEXT,
                EngineChoice.FASTEST,
                Optional.empty());
        try {
            Progress silent = text -> {};
            return new DebianGuest(GuestImage.of(options, silent), options);
        } catch (ImageException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Another guest that goes on from where this one is, with no probes yet: what happens to one, the other one does not see. Costs
     * milliseconds and a few MiB, for they share memory as long as neither stores to it. Not for handlers.
     */
    public DebianGuest fork() {
        return new DebianGuest(this);
    }

    /** Its probes. */
    public Kprobes kprobes() {
        return probes.kprobes();
    }

    /** The machine it runs on. */
    public Machine machine() {
        return malta.machine();
    }

    /** Runs it to its end; returns what it has printed since it was switched on. */
    public String run() {
        malta.machine().run(Long.MAX_VALUE);
        return console.toString(StandardCharsets.UTF_8);
    }

    /** Unregisters all probes, and gives the guest's memory back: it is over. Forks go on. */
    @Override
    public void close() {
        probes.kprobes().close();
        malta.machine().close();
    }

    /** What handlers log is in {@link Kprobes#printk()}. */
    private static final class Quiet implements EventSink {
        @Override
        public void hit(KprobeHit hit) {}

        @Override
        public void function(FunctionHit hit) {}

        @Override
        public void recorded(HitRecord hit) {}

        @Override
        public void log(String line) {}

        @Override
        public void console(byte[] bytes, int from, int length) {}

        @Override
        public void summary(RunSummary summary) {}
    }
}
