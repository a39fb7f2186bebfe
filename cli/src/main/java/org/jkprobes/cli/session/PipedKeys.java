package org.jkprobes.cli.session;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jkprobes.machine.IdlePolicy;
import org.jkprobes.machine.Keyboard;
import org.jkprobes.machine.device.Uart16550;
import org.jspecify.annotations.Nullable;

/**
 * Types what comes from a pipe or file. A line is typed when the guest has opened its console and has nothing else to do: a guest that
 * does not read would lose it. Idle time is skipped, but at a shell's prompt, where only a key can help: there the host waits, too. The
 * end of the input ends nothing.
 */
final class PipedKeys implements KeySource {
    private static final int LONGEST_LINE = 1024;
    /** Receiver interrupts: Linux enables them when the port is opened. */
    private static final int IER_RECEIVED = 1;

    private static final int LCR_DIVISOR = 0x80;

    private final InputStream input;

    PipedKeys(InputStream input) {
        this.input = input;
    }

    @Override
    public Typing start(GuestComputer computer, ConsoleTap console, ConsoleCommands commands) {
        BlockingQueue<byte[]> lines = new LinkedBlockingQueue<>(16);
        Thread reader = Thread.ofPlatform().daemon().name("keys").start(() -> read(lines));
        Waiting waiting = new Waiting(computer, lines, console, commands);
        computer.machine().idle(waiting);
        return () -> {
            computer.machine().idle(IdlePolicy.SKIP);
            reader.interrupt();
        };
    }

    private void read(BlockingQueue<byte[]> lines) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (BufferedInputStream in = new BufferedInputStream(input)) {
            for (int key = in.read(); key >= 0; key = in.read()) {
                line.write(key);
                if (key == '\n' || line.size() == LONGEST_LINE || in.available() == 0) {
                    lines.put(line.toByteArray());
                    line.reset();
                }
            }
            if (line.size() > 0) {
                lines.put(line.toByteArray());
            }
        } catch (InterruptedException | InterruptedIOException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // What cannot be read is not typed: the guest goes on, as at the end of the input.
            line.reset();
        }
    }

    /** What the machine's thread does while the guest idles. */
    private static final class Waiting implements IdlePolicy {
        private final BlockingQueue<byte[]> lines;
        private final Keyboard keyboard;
        private final Uart16550 port;
        private final ConsoleTap console;
        private final ConsoleCommands commands;
        /** A command that waits for a shell to have done what was typed before it. */
        private byte @Nullable [] held;

        private boolean shell;

        Waiting(GuestComputer computer, BlockingQueue<byte[]> lines, ConsoleTap console, ConsoleCommands commands) {
            this.lines = lines;
            keyboard = computer.machine().keyboard();
            port = computer.console();
            this.console = console;
            this.commands = commands;
        }

        @Override
        public long pass(long ns) {
            boolean listens = listens();
            shell |= listens && console.atPrompt();
            byte[] line = held != null ? held : listens ? lines.poll() : null;
            held = null;
            if (line == null && (ns == FOREVER || listens && console.atPrompt())) {
                console.flush();
                long start = System.nanoTime();
                line = nextLine(ns);
                if (line == null) {
                    return Math.min(ns, System.nanoTime() - start);
                }
            }
            if (line == null) {
                return ns;
            }
            if (line[0] != ConsoleCommands.KEY) {
                keyboard.type(line);
                return 0;
            }
            if (shell && ns != FOREVER && (keyboard.hasKeys() || !console.atPrompt())) {
                held = line;
                return ns;
            }
            console.flush();
            commands.add(new String(line, 1, line.length - 1, StandardCharsets.UTF_8));
            commands.carryOut();
            return pass(ns);
        }

        private byte @Nullable [] nextLine(long ns) {
            try {
                return lines.poll(ns, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
        }

        private boolean listens() {
            return (port.load(3, 1) & LCR_DIVISOR) == 0 && (port.load(1, 1) & IER_RECEIVED) != 0;
        }
    }
}
