package org.jkprobes.bench.soak;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jkprobes.cli.Guest;
import org.jkprobes.images.ImageException;

/**
 * A long run as a process of its own, {@code Main KIND GUEST SECONDS SEED FILE}; exit code 1 if something was found. Should the JVM end in a
 * case, the file says in which.
 */
public final class Main {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private Main() {}

    public static void main(String[] args) throws IOException, ImageException {
        LongRun.Kind kind = LongRun.Kind.valueOf(args[0]);
        Guest guest = Guest.valueOf(args[1]);
        long seconds = Long.parseLong(args[2]);
        long seed = Long.parseLong(args[3]);
        Path file = Path.of(args[4]);
        note(file, guest + ", seed " + seed);
        try {
            switch (kind) {
                case SOAK -> Soak.run(guest, seed, seconds, true, OUT::println);
                case FUZZ -> Fuzz.run(guest, seed, seconds, one -> note(file, one), OUT::println);
            }
        } catch (Finding e) {
            e.printStackTrace(OUT);
            System.exit(1);
        }
    }

    private static void note(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
