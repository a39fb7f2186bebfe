package org.jkprobes.cli.session;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jkprobes.cli.UserError;
import org.jkprobes.machine.IdlePolicy;
import org.jkprobes.machine.Machine;

/**
 * The terminal that is this process's stdin. Each key goes to the guest, Ctrl-C too; Ctrl-] ends the run, Ctrl-^ begins
 * a line for jkprobes itself. An idle guest's time passes
 * as the host's does. The terminal's settings are put back at the end, also when a signal ends the process.
 */
final class TerminalKeys implements KeySource {
    private static final int QUIT = 0x1d;

    @Override
    public Typing start(GuestComputer computer, ConsoleTap console, ConsoleCommands commands) {
        Machine guest = computer.machine();
        Settings before = Settings.now();
        Thread restoring = new Thread(before::restore, "terminal settings");
        Runtime.getRuntime().addShutdownHook(restoring);
        before.passKeysOn();
        Session session = new Session(guest, commands, Thread.currentThread(), before, restoring);
        IdlePolicy asOurs = IdlePolicy.realTime(guest.keyboard());
        guest.idle(ns -> {
            console.flush(); // what the guest has echoed
            commands.carryOut();
            return asOurs.pass(ns);
        });
        Thread.ofPlatform().daemon().name("keys").start(() -> session.read(System.in));
        return session;
    }

    private static final class Session implements Typing {
        private final Machine guest;
        private final ConsoleCommands commands;
        private final Thread machine;
        private final Settings before;
        private final Thread restoring;
        private volatile boolean quit;
        private boolean closed;

        Session(Machine guest, ConsoleCommands commands, Thread machine, Settings before, Thread restoring) {
            this.guest = guest;
            this.commands = commands;
            this.machine = machine;
            this.before = before;
            this.restoring = restoring;
        }

        void read(InputStream terminal) {
            byte[] keys = new byte[256];
            CommandLine line = new CommandLine();
            try {
                for (int n = terminal.read(keys); n >= 0; n = terminal.read(keys)) {
                    for (int i = 0; i < n; i++) {
                        if (keys[i] == QUIT) {
                            askToQuit();
                            return;
                        }
                    }
                    guest.keyboard().type(line.pass(keys, n, this::command));
                }
            } catch (IOException e) {
                // The terminal has gone: nothing more is typed, the guest goes on.
                quit = false;
            }
        }

        private void command(String text) {
            commands.add(text);
            guest.keyboard().wake();
        }

        private synchronized void askToQuit() {
            if (!closed) {
                quit = true;
                machine.interrupt(); // it may wait for a key
            }
        }

        @Override
        public boolean quit() {
            return quit;
        }

        @Override
        public void close() {
            synchronized (this) {
                closed = true;
                Thread.interrupted(); // that was for the guest
            }
            guest.idle(IdlePolicy.SKIP);
            before.restore();
            try {
                Runtime.getRuntime().removeShutdownHook(restoring);
            } catch (IllegalStateException e) {
                // The process is ending: the hook restores once more, which harms nobody.
                before.restore();
            }
        }
    }

    /** Takes the lines for jkprobes out of what is typed, and echoes them. */
    private static final class CommandLine {
        private static final int BACKSPACE = 0x7f;

        private final StringBuilder text = new StringBuilder();
        private boolean open;

        byte[] pass(byte[] keys, int count, Consumer<String> commands) {
            ByteArrayOutputStream others = new ByteArrayOutputStream();
            for (int i = 0; i < count; i++) {
                int key = keys[i];
                if (!open && key == ConsoleCommands.KEY) {
                    open = true;
                    text.setLength(0);
                    echo("\njkprobes> ");
                } else if (!open) {
                    others.write(key);
                } else if (key == '\r' || key == '\n') {
                    open = false;
                    echo("\n");
                    commands.accept(text.toString());
                } else if (key == BACKSPACE && !text.isEmpty()) {
                    text.setLength(text.length() - 1);
                    echo("\b \b");
                } else if (key >= ' ' && key != BACKSPACE) {
                    text.append((char) key);
                    echo(Character.toString(key));
                }
            }
            return others.toByteArray();
        }

        private static void echo(String what) {
            System.out.print(what);
            System.out.flush();
        }
    }

    /** What {@code stty -g} says of the terminal: only {@code stty} reads it. */
    private record Settings(String saved) {
        static Settings now() {
            return new Settings(stty("-g"));
        }

        /** Every key is ours at once, and echoed by the guest alone. Line feeds still begin new lines: our own texts hold them. */
        void passKeysOn() {
            stty("-icanon", "-echo", "-isig", "-iexten", "-ixon", "-icrnl", "min", "1", "time", "0");
        }

        void restore() {
            stty(saved);
        }

        private static String stty(String... arguments) {
            List<String> command = new ArrayList<>(List.of("stty"));
            command.addAll(List.of(arguments));
            try {
                Process process = new ProcessBuilder(command)
                        .redirectInput(ProcessBuilder.Redirect.INHERIT)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
                if (process.waitFor() != 0) {
                    throw new UserError("the terminal cannot be used: stty " + String.join(" ", arguments) + " failed");
                }
                return answer;
            } catch (IOException e) {
                throw new UserError("the terminal cannot be used: " + e.getMessage(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UserError("interrupted", e);
            }
        }
    }
}
