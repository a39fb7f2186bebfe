package org.jkprobes.cli.session;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jkprobes.cli.ProgressLine;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.cli.Session;
import org.jkprobes.cli.UserError;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.RunSummary;
import org.jkprobes.cli.event.RunSummary.End;
import org.jkprobes.gdb.client.StubAddress;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.ImageException;
import org.jkprobes.images.Progress;

/** Boots what the embedded machine would boot on QEMU instead, and probes it there. */
public final class QemuSession implements Session {
    private final int cpus;
    private final Optional<InputStream> keys;

    private QemuSession(int cpus, Optional<InputStream> keys) {
        this.cpus = cpus;
        this.keys = keys;
    }

    /** With so many vCPUs, and this process's standard input for its keyboard. */
    public static QemuSession withKeys(int cpus) {
        return new QemuSession(cpus, Optional.of(System.in));
    }

    /** With so many vCPUs. The guest has no keyboard. */
    public static QemuSession withoutKeys(int cpus) {
        return new QemuSession(cpus, Optional.empty());
    }

    @Override
    public RunSummary run(RunOptions options, EventSink events) {
        QemuMachine machine = QemuMachine.of(options.guest(), cpus);
        machine.requireInstalled();
        Path folder = folder();
        try (ProgressLine progress = ProgressLine.ofHost()) {
            GuestImage image = GuestImage.of(options, progress);
            Path initrd = folder.resolve("initrd");
            Files.write(initrd, image.initramfs().orElse(new byte[0]));
            Path socket = folder.resolve("gdb");
            EventSink shared = new OneAtATime(events);
            progress.clear();
            try (QemuProcess qemu =
                    machine.start(options, kernel(options, progress), initrd, image.commandLine(), socket)) {
                qemu.follow(shared);
                keys.ifPresent(qemu::type);
                qemu.awaitSocket(socket);
                RunSummary summary = new GdbSession(new StubAddress.Unix(socket), image.kernel()).run(options, shared);
                return summary.end() == End.STOPPED ? summary : ended(summary, qemu.ended());
            }
        } catch (ImageException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new UserError("QEMU cannot be run: " + e.getMessage(), e);
        } finally {
            delete(folder);
        }
    }

    private static RunSummary ended(RunSummary summary, QemuProcess.Ending ending) {
        return new RunSummary(
                ending.end(),
                ending.panic(),
                summary.instructions(),
                summary.timeNs(),
                summary.stateHash(),
                summary.probes());
    }

    /** As it was packed: QEMU unpacks nothing, the kernel does. */
    private static Path kernel(RunOptions options, Progress progress) throws ImageException {
        return options.kernel().isPresent()
                ? options.kernel().get()
                : DebianKernels.fetchFor(options.guest().architecture(), progress)
                        .kernel();
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("jkprobes");
        } catch (IOException e) {
            throw new UserError("no folder for temporary files: " + e.getMessage(), e);
        }
    }

    private static void delete(Path folder) {
        try {
            for (String file : new String[] {"initrd", "gdb"}) {
                Files.deleteIfExists(folder.resolve(file));
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UserError("temporary files are left in " + folder + ": " + e.getMessage(), e);
        }
    }
}
