package org.jkprobes.cli.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jkprobes.cli.EngineChoice;
import org.jkprobes.cli.Format;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.ProbeOptions;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.cli.SnapshotPoint;
import org.jkprobes.gdb.client.Stub;
import org.jkprobes.gdb.client.StubAddress;
import org.jkprobes.gdb.target.Architectures;
import org.jkprobes.gdb.target.GdbTarget;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.target.Symbols;

/** Debian's kernel on a QEMU of a test's own, with a workload; ended with the test, whatever happens. */
final class QemuGuest implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final Path folder;
    private final QemuProcess qemu;
    private final EventLog log = new EventLog();
    private final Guest guest;
    private final LinkedKernel kernel;

    QemuGuest(Guest guest, int cpus, String workload) throws Exception {
        this.guest = guest;
        RunOptions options = options(guest, workload, ProbeOptions.NONE);
        GuestImage image = GuestImage.of(options, text -> {});
        kernel = new LinkedKernel(image.kernel(), options);
        folder = Files.createTempDirectory("jkprobes-test");
        Path initrd = Files.write(folder.resolve("initrd"), image.initramfs().orElseThrow());
        qemu = QemuMachine.of(guest, cpus)
                .start(
                        options,
                        DebianKernels.fetchFor(guest.architecture(), text -> {}).kernel(),
                        initrd,
                        image.commandLine() + " quiet",
                        socket());
        qemu.follow(log);
        qemu.awaitSocket(socket());
    }

    static RunOptions options(Guest guest, String workload, ProbeOptions probes) {
        return new RunOptions(
                guest,
                Optional.empty(),
                Optional.empty(),
                "quiet",
                guest.usualMemory(),
                Optional.empty(),
                Optional.of(workload),
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

    Path socket() {
        return folder.resolve("gdb");
    }

    /** Attached; the guest stands still. */
    GdbTarget attach() {
        Stub stub = Stub.attach(new StubAddress.Unix(socket()), TIMEOUT);
        return new GdbTarget(stub, Architectures.named(guest.toString()).orElseThrow(), Symbols::none);
    }

    /** Lets a guest that has not booted yet run until its kernel is where it stays. */
    KernelSymbols boot(GdbTarget target) throws InterruptedException {
        LinkedSearch search = new LinkedSearch(target, kernel);
        for (int i = 0; i < 4000; i++) {
            Optional<KernelSymbols> found = search.around(target.registers(0).pc());
            if (found.isPresent()) {
                return found.get();
            }
            Thread stopper = Thread.ofPlatform().start(() -> {
                try {
                    Thread.sleep(15);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                target.stop();
            });
            target.run();
            stopper.join();
        }
        throw new AssertionError("no kernel: " + console());
    }

    String console() {
        return log.console();
    }

    QemuProcess.Ending ended() {
        return qemu.ended();
    }

    @Override
    public void close() throws IOException {
        qemu.close();
        Files.deleteIfExists(folder.resolve("initrd"));
        Files.deleteIfExists(socket());
        Files.deleteIfExists(folder);
    }
}
