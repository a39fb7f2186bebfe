package org.jkprobes.machine.oracle;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A {@code qemu-system-mipsel -M malta -cpu 24Kc} whose registers are read before every block, with virtual time tied to
 * instructions ({@code -icount shift=3}: 8 ns each). It starts stopped, so that its memory can be looked at; {@link #go}
 * lets it run. Closing kills the process whatever its state; a run longer than its time limit is killed too.
 *
 * <p>A dump does not prove that the block ran: QEMU prints it, then may find that a timer is due, or that the block touches
 * a device and must be translated again. Such a dump is followed by another one with the same PC.
 */
final class QemuTrace implements AutoCloseable {
    static final String COMMAND = "qemu-system-mipsel";

    /** What QEMU is to run; {@code singleStep} asks for a dump before every instruction, not only before every block. */
    record Run(Path elf, int memoryMib, boolean singleStep, Duration limit, List<String> more) {
        static Run bareMetal(Path elf) {
            return new Run(elf, 64, true, Duration.ofSeconds(30), List.of());
        }

        /** QEMU stops at the guest's reset instead of ending, so that memory can be read. */
        Run stoppingAtReset() {
            return new Run(elf, memoryMib, singleStep, limit, List.of("-no-shutdown"));
        }
    }

    private final Process process;
    private final BufferedWriter monitor;
    private final Path folder;
    private final TraceParser parser;
    private final Thread hook;
    private final Duration limit;
    private volatile boolean overdue;

    QemuTrace(Run run) throws IOException {
        limit = run.limit();
        folder = Files.createTempDirectory("jkprobes-qemu");
        List<String> command = new ArrayList<>(List.of(COMMAND, "-S", "-M", "malta", "-cpu", "24Kc"));
        command.addAll(List.of("-m", String.valueOf(run.memoryMib()), "-nodefaults", "-display", "none", "-no-reboot"));
        command.addAll(List.of("-monitor", "stdio", "-icount", "shift=3,sleep=off", "-seed", "1"));
        command.addAll(List.of("-rtc", "base=2026-01-01T00:00:00,clock=vm", "-d", "cpu,nochain", "-D", "/dev/stderr"));
        command.addAll(List.of("-kernel", run.elf().toString()));
        if (run.singleStep()) {
            command.add("-singlestep");
        }
        command.addAll(run.more());
        process = new ProcessBuilder(command).start();
        hook = new Thread(this::kill);
        Runtime.getRuntime().addShutdownHook(hook);
        monitor = process.outputWriter(StandardCharsets.US_ASCII);
        Thread.ofVirtual().start(this::drainMonitor);
        Thread.ofVirtual().start(this::killWhenOverdue);
        parser = new TraceParser(process.getErrorStream());
    }

    /** Whether this machine has the QEMU that is needed. */
    static boolean available() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, COMMAND)));
    }

    /** Physical memory, read while QEMU is stopped: before {@link #go}, or after a reset. */
    byte[] memory(int physical, int length) throws IOException, InterruptedException {
        Path file = folder.resolve("memory");
        Path done = folder.resolve("done");
        Files.deleteIfExists(file);
        Files.deleteIfExists(done);
        command("pmemsave " + Integer.toUnsignedLong(physical) + " " + length + " \"" + file + '"');
        command("pmemsave 0 1 \"" + done + '"');
        for (int i = 0; i < 500 && !(Files.exists(done) && Files.size(done) == 1); i++) {
            if (!process.isAlive()) {
                throw new IOException(
                        "QEMU ended: " + new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
            }
            Thread.sleep(10);
        }
        return Files.readAllBytes(file);
    }

    /** Lets the machine run. */
    void go() throws IOException {
        command("cont");
    }

    /** Reads the next dump; false when QEMU has ended, which is how a guest program says that it is done. */
    boolean next(TraceState into) throws IOException {
        if (parser.next(into)) {
            return true;
        }
        if (overdue) {
            throw new IOException("QEMU ran longer than " + limit);
        }
        return false;
    }

    private void command(String line) throws IOException {
        monitor.write(line);
        monitor.newLine();
        monitor.flush();
    }

    private void drainMonitor() {
        try (InputStream out = process.getInputStream()) {
            out.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // The process is gone: what the trace says about it counts.
        }
    }

    private void killWhenOverdue() {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                overdue = true;
                kill();
            }
        } catch (InterruptedException e) {
            kill();
        }
    }

    /** Not {@code Process.destroyForcibly}, which also closes the stream that is still being read. */
    private void kill() {
        process.toHandle().destroyForcibly();
    }

    @Override
    public void close() {
        kill();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
            Runtime.getRuntime().removeShutdownHook(hook);
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
