package org.jkprobes.cli.session;

import java.io.IOException;
import java.util.Arrays;
import org.jkprobes.cli.Terminals;
import org.jkprobes.cli.UserError;
import org.jkprobes.machine.Machine;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * This process's stdin as the guest's keyboard: raw on a terminal, so that Ctrl-C is the guest's; Ctrl-] ends the run. The end of
 * input ends nothing.
 */
final class HostConsole implements AutoCloseable {
    private static final int QUIT = 0x1d;

    private final Machine machine;
    private final Terminal terminal;
    private final Attributes before;
    private volatile boolean quit;

    private HostConsole(Machine machine, Terminal terminal) {
        this.machine = machine;
        this.terminal = terminal;
        before = terminal.enterRawMode();
        machine.idle(machine.keyboard()::await);
    }

    /** Types what comes from a pipe or file; returns at once. */
    static void pipe(Machine machine) {
        start(() -> {
            byte[] bytes = new byte[4096];
            for (int n = System.in.read(bytes); n >= 0; n = System.in.read(bytes)) {
                machine.keyboard().type(Arrays.copyOf(bytes, n));
            }
        });
    }

    /** Connects the terminal. */
    static HostConsole terminal(Machine machine) {
        try {
            HostConsole console = new HostConsole(
                    machine, TerminalBuilder.builder().system(true).build());
            start(console::type);
            return console;
        } catch (IOException e) {
            throw new UserError("the terminal cannot be used: " + e.getMessage(), e);
        }
    }

    static boolean interactive() {
        return Terminals.stdin() && Terminals.stdout();
    }

    private interface Reading {
        void run() throws IOException;
    }

    private static void start(Reading reading) {
        Thread.ofPlatform().daemon().name("keyboard").start(() -> {
            try {
                reading.run();
            } catch (IOException e) {
                // Nothing more can be typed; the guest goes on.
                Thread.currentThread().interrupt();
            }
        });
    }

    private void type() throws IOException {
        byte[] bytes = new byte[256];
        for (int n = terminal.input().read(bytes); n >= 0; n = terminal.input().read(bytes)) {
            for (int i = 0; i < n; i++) {
                quit |= bytes[i] == QUIT;
            }
            if (quit) {
                machine.keyboard().type(new byte[] {'\n'}); // wakes an idle guest
                return;
            }
            machine.keyboard().type(Arrays.copyOf(bytes, n));
        }
    }

    /** Whether the user has asked for the end of the run. */
    boolean quit() {
        return quit;
    }

    @Override
    public void close() {
        terminal.setAttributes(before);
    }
}
