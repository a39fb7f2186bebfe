package org.jkprobes.cli.session;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * Lines for jkprobes itself, typed at the console while the guest runs, each behind {@link #KEY}. They are carried out on the machine's
 * thread, between instructions.
 */
final class ConsoleCommands {
    /** Ctrl-^. */
    static final int KEY = 0x1e;

    private final Consumer<String> one;
    private final Queue<String> waiting = new ConcurrentLinkedQueue<>();

    /**
     * @param one carries out one line
     */
    ConsoleCommands(Consumer<String> one) {
        this.one = one;
    }

    /** From any thread. */
    void add(String line) {
        waiting.add(line);
    }

    /** Carries out what is waiting. */
    void carryOut() {
        for (String line = waiting.poll(); line != null; line = waiting.poll()) {
            one.accept(line.strip());
        }
    }
}
