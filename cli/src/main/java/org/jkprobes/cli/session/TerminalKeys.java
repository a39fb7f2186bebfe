package org.jkprobes.cli.session;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jkprobes.cli.UserError;
import org.jkprobes.machine.IdlePolicy;
import org.jkprobes.machine.board.malta.Malta;

/**
 * The terminal that is this process's stdin. Each key goes to the guest, Ctrl-C too; Ctrl-] ends the run. An idle guest's time passes
 * as the host's does. The terminal's settings are put back at the end, also when a signal ends the process.
 */
final class TerminalKeys implements KeySource {
    private static final int QUIT = 0x1d;

    @Override
    public Typing start(Malta malta, ConsoleTap console) {
        Settings before = Settings.now();
        Thread restoring = new Thread(before::restore, "terminal settings");
        Runtime.getRuntime().addShutdownHook(restoring);
        before.passKeysOn();
        Session session = new Session(malta, Thread.currentThread(), before, restoring);
        IdlePolicy asOurs = IdlePolicy.realTime(malta.machine().keyboard());
        malta.machine().idle(ns -> {
            console.flush(); // what the guest has echoed
            return asOurs.pass(ns);
        });
        Thread.ofPlatform().daemon().name("keys").start(() -> session.read(System.in));
        return session;
    }

    private static final class Session implements Typing {
        private final Malta malta;
        private final Thread machine;
        private final Settings before;
        private final Thread restoring;
        private volatile boolean quit;

        Session(Malta malta, Thread machine, Settings before, Thread restoring) {
            this.malta = malta;
            this.machine = machine;
            this.before = before;
            this.restoring = restoring;
        }

        void read(InputStream terminal) {
            byte[] keys = new byte[256];
            try {
                for (int n = terminal.read(keys); n >= 0; n = terminal.read(keys)) {
                    for (int i = 0; i < n; i++) {
                        if (keys[i] == QUIT) {
                            quit = true;
                            machine.interrupt(); // it may wait for a key
                            return;
                        }
                    }
                    malta.machine().keyboard().type(Arrays.copyOf(keys, n));
                }
            } catch (IOException e) {
                // The terminal has gone: nothing more is typed, the guest goes on.
                quit = false;
            }
        }

        @Override
        public boolean quit() {
            return quit;
        }

        @Override
        public void close() {
            malta.machine().idle(IdlePolicy.SKIP);
            before.restore();
            Thread.interrupted();
            try {
                Runtime.getRuntime().removeShutdownHook(restoring);
            } catch (IllegalStateException e) {
                // The process is ending: the hook restores once more, which harms nobody.
                before.restore();
            }
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
