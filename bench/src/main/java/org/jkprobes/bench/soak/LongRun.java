package org.jkprobes.bench.soak;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jkprobes.cli.Guest;

/**
 * {@code bin/bench --soak} and {@code --fuzz}.
 *
 * @param guests which run, one after the other
 * @param minutes how long each
 * @param seed what all of it follows from
 */
public record LongRun(Kind kind, List<Guest> guests, int minutes, long seed) {
    /** What runs. */
    public enum Kind {
        SOAK,
        FUZZ
    }

    /** All memory of the heap is there from the beginning: what the process grows by is something else. */
    private static final List<String> JVM = List.of(
            "-Xms640m",
            "-Xmx640m",
            "-XX:+AlwaysPreTouch",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    /**
     * Runs all, each guest in a JVM of its own.
     *
     * @return whether nothing was found
     */
    public boolean run(PrintStream out) throws IOException, InterruptedException {
        boolean well = true;
        for (Guest guest : guests) {
            well &= run(guest, out);
        }
        return well;
    }

    private boolean run(Guest guest, PrintStream out) throws IOException, InterruptedException {
        Path file = Files.createTempFile("jkprobes-case", ".txt");
        try {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(JVM);
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
            command.addAll(List.of(kind.name(), guest.name(), "" + 60L * minutes, "" + seed, file.toString()));
            int code = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (code > 1) {
                out.println("the JVM has ended with exit code " + code + " in " + Files.readString(file));
            }
            return code == 0;
        } finally {
            Files.delete(file);
        }
    }
}
