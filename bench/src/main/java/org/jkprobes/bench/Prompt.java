package org.jkprobes.bench;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** How long a user waits for a shell. */
final class Prompt {
    private static final String PROMPT = "# ";

    private Prompt() {}

    /**
     * Seconds from the start of a process to a shell's prompt on its console. It is ended then.
     *
     * @throws BenchFailure if there is none
     */
    static double seconds(String name, List<String> command) {
        long started = System.nanoTime();
        try {
            // What it could read of stdin never comes, and never ends.
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (InputStream console = process.getInputStream()) {
                StringBuilder text = new StringBuilder();
                while (text.indexOf(PROMPT) < 0) {
                    int c = console.read();
                    if (c < 0) {
                        throw new BenchFailure(name + " has ended without a prompt");
                    }
                    text.append((char) c);
                }
                return (System.nanoTime() - started) / 1e9;
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new BenchFailure(name + " cannot be started: " + e.getMessage());
        }
    }
}
