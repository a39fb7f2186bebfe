package org.jkprobes.cli.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jkprobes.cli.UserError;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.RunSummary.End;

/** A QEMU that was started for a run, whose standard streams are its guest's console. */
final class QemuProcess implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 10;
    private static final String RESTART = "reboot: Restarting system";

    private final Process process;
    private volatile String panic = "";
    private volatile boolean restarted;
    private Thread reader = Thread.currentThread();

    /**
     * How it has ended.
     *
     * @param panic the first line of the kernel's message if it has panicked, else empty
     */
    record Ending(End end, String panic) {}

    QemuProcess(Process process) {
        this.process = process;
    }

    /** Passes the console on. */
    void follow(EventSink events) {
        ConsoleTap tap = new ConsoleTap(events);
        reader = Thread.ofPlatform().daemon().name("console").start(() -> read(tap));
    }

    /** Passes keys to the console. What is read of them is lost to others in this process. */
    void type(InputStream source) {
        Thread.ofPlatform().daemon().name("keys").start(() -> copy(source));
    }

    private void read(ConsoleTap tap) {
        byte[] bytes = new byte[4096];
        StringBuilder line = new StringBuilder();
        try (InputStream console = process.getInputStream()) {
            for (int count = console.read(bytes); count >= 0; count = console.read(bytes)) {
                for (int i = 0; i < count; i++) {
                    tap.transmitted(bytes[i]);
                    if (bytes[i] == '\n') {
                        restarted |= line.indexOf(RESTART) >= 0;
                        line.setLength(0);
                    } else if (line.length() < 1000) {
                        line.append((char) bytes[i]);
                    }
                }
                tap.flush();
                panic = tap.panic().orElse("");
            }
        } catch (IOException e) {
            // It has been ended: there is no more.
            restarted |= line.indexOf(RESTART) >= 0;
        }
    }

    private void copy(InputStream source) {
        byte[] keys = new byte[256];
        try (OutputStream console = process.getOutputStream()) {
            for (int count = source.read(keys); count >= 0; count = source.read(keys)) {
                console.write(keys, 0, count);
                console.flush();
            }
            process.waitFor();
        } catch (IOException e) {
            return; // one of the two is gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @throws UserError if it ends before it listens: its own words */
    void awaitSocket(Path socket) throws IOException {
        for (int i = 0; i < PATIENCE_SECONDS * 100 && !Files.exists(socket); i++) {
            if (!process.isAlive()) {
                String words = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
                throw new UserError("QEMU does not start: " + words);
            }
            pause();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for it to end, which it does by itself once its guest has. */
    Ending ended() {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new UserError("QEMU does not end");
            }
            reader.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        End end = !panic.isEmpty() ? End.PANIC : restarted ? End.REBOOT : End.POWER_OFF;
        return new Ending(end, panic);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
