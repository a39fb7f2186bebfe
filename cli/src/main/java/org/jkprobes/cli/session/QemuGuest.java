package org.jkprobes.cli.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.LongFunction;
import org.jkprobes.cli.EngineChoice;
import org.jkprobes.cli.Format;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.ProbeOptions;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.cli.SnapshotPoint;
import org.jkprobes.cli.UserError;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.RunSummary.End;
import org.jkprobes.gdb.client.Stub;
import org.jkprobes.gdb.client.StubAddress;
import org.jkprobes.gdb.target.Architectures;
import org.jkprobes.gdb.target.GdbTarget;
import org.jkprobes.gdb.target.SettledKernel;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.ImageException;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.target.Symbols;

/** Debian's kernel with a workload on a QEMU of its own, for programs: a stub to attach to, again and again. Ends with QEMU. */
public final class QemuGuest implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final long LOOK_MILLIS = 15;
    private static final int LOOKS = 4000;

    private final Path folder;
    private final QemuProcess qemu;
    private final Guest guest;
    private final LinkedKernel kernel;

    /**
     * Starts it, stopped before its first instruction.
     *
     * @param options what it boots
     * @param events the console goes there
     */
    public QemuGuest(RunOptions options, int cpus, EventSink events) {
        guest = options.guest();
        QemuMachine machine = QemuMachine.of(guest, cpus);
        machine.requireInstalled();
        try {
            GuestImage image = GuestImage.of(options, text -> {});
            kernel = new LinkedKernel(image.kernel(), options);
            folder = Files.createTempDirectory("jkprobes");
            Path initrd =
                    Files.write(folder.resolve("initrd"), image.initramfs().orElse(new byte[0]));
            Path packed =
                    DebianKernels.fetchFor(guest.architecture(), text -> {}).kernel();
            qemu = machine.start(options, packed, initrd, image.commandLine(), socket());
            qemu.follow(events);
            qemu.awaitSocket(socket());
        } catch (ImageException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new UserError("QEMU cannot be run: " + e.getMessage(), e);
        }
    }

    /** To run shell commands, and to power off. */
    public static RunOptions commands(Guest guest, String workload, ProbeOptions probes) {
        return options(guest, Optional.empty(), Optional.of(workload), probes);
    }

    /** To run a static program, and to power off. */
    public static RunOptions program(Guest guest, Path program) {
        return options(guest, Optional.of(program), Optional.empty(), ProbeOptions.NONE);
    }

    private static RunOptions options(
            Guest guest, Optional<Path> init, Optional<String> commands, ProbeOptions probes) {
        return new RunOptions(
                guest,
                Optional.empty(),
                Optional.empty(),
                "quiet",
                guest.usualMemory(),
                init,
                commands,
                false,
                probes,
                false,
                Optional.empty(),
                Optional.empty(),
                new SnapshotPoint.AtShell(),
                Format.TEXT,
                EngineChoice.FASTEST,
                Optional.empty());
    }

    private Path socket() {
        return folder.resolve("gdb");
    }

    /** Where its stub listens. */
    public StubAddress address() {
        return new StubAddress.Unix(socket());
    }

    /** A connection; the guest stands still. */
    public Stub connect() {
        return Stub.attach(address(), TIMEOUT);
    }

    /** The guest behind such a connection, as a target that takes every address for text. */
    public GdbTarget target(Stub stub) {
        return new GdbTarget(stub, Architectures.named(guest.toString()).orElseThrow(), Symbols::none);
    }

    /** Lets a guest that has not booted yet run until its kernel is where it stays; its symbols there. */
    public KernelSymbols boot(GdbTarget target) {
        LinkedSearch search = new LinkedSearch(target, kernel);
        return boot(target, search::around);
    }

    static KernelSymbols boot(GdbTarget target, LongFunction<Optional<KernelSymbols>> search) {
        SettledKernel settled = new SettledKernel(target, search);
        Timer clock = new Timer("look for the kernel", true);
        long last = 0;
        try {
            for (int i = 0; i < LOOKS; i++) {
                long pc = target.registers(0).pc();
                // On a busy host QEMU may not have run since the last look, which then tells nothing.
                Optional<KernelSymbols> found = pc == last ? Optional.empty() : settled.around(pc);
                last = pc;
                if (found.isPresent()) {
                    return found.get();
                }
                clock.schedule(
                        new TimerTask() {
                            @Override
                            public void run() {
                                target.stop();
                            }
                        },
                        LOOK_MILLIS);
                target.run();
            }
        } finally {
            clock.cancel();
        }
        throw new UserError("the guest's kernel does not start");
    }

    /** Waits for QEMU to end; empty, or why the guest has not powered off. */
    public String ended() {
        QemuProcess.Ending ending = qemu.ended();
        return ending.end() == End.POWER_OFF ? "" : ending.end() + " " + ending.panic();
    }

    @Override
    public void close() {
        qemu.close();
        try {
            Files.deleteIfExists(folder.resolve("initrd"));
            Files.deleteIfExists(socket());
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UserError("temporary files are left in " + folder + ": " + e.getMessage(), e);
        }
    }
}
