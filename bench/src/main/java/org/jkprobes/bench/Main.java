package org.jkprobes.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jkprobes.bench.soak.LongRun;
import org.jkprobes.cli.Guest;
import org.jkprobes.images.ImageException;

/** Measures our machine beside QEMU: {@code bin/bench [--arch NAME] [--rounds N] [--scale PERCENT] [--write]}, or {@code bin/bench --gdb}, or a {@link LongRun}. {@link Comparison} is another. */
public final class Main {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private Main() {}

    /** The first argument is the project's folder; the others are {@code bin/bench}'s. */
    public static void main(String[] args) throws InterruptedException {
        orExit(() -> {
            Path root = Path.of(args[0]);
            List<String> asked = List.of(args).subList(1, args.length);
            if (asked.contains("--gdb")) {
                if (asked.size() > 1) {
                    throw new BenchFailure("--gdb goes with no other option");
                }
                StubHits.run(root, OUT);
                return;
            }
            Optional<LongRun> longRun = LongRunOptions.parse(asked);
            if (longRun.isPresent()) {
                if (!longRun.get().run(OUT)) {
                    throw new BenchFailure("something was found; a seed repeats it");
                }
                return;
            }
            BenchOptions options = BenchOptions.parse(asked);
            String text = measure(root, options);
            OUT.print("\n" + text);
            if (options.write()) {
                Path file = root.resolve("docs/performance.md");
                Files.createDirectories(file.getParent());
                Files.writeString(file, text);
                OUT.println("written to " + root.relativize(file));
            }
        });
    }

    /** What a program of this module does. */
    interface Measuring {
        void run() throws IOException, ImageException, InterruptedException;
    }

    /** Does it; what can't be measured is told in one line, with exit code 2. */
    static void orExit(Measuring work) throws InterruptedException {
        try {
            work.run();
        } catch (BenchFailure | ImageException e) {
            System.err.println("bin/bench: " + e.getMessage());
            System.exit(2);
        } catch (IOException e) {
            System.err.println("bin/bench: " + e);
            System.exit(2);
        }
    }

    private static String measure(Path root, BenchOptions options)
            throws IOException, ImageException, InterruptedException {
        double load = Host.load();
        StringBuilder tables = new StringBuilder();
        for (Guest guest : options.guests()) {
            tables.append(measure(root, options, Peer.of(guest)));
        }
        return heading(options, load) + tables;
    }

    private static String measure(Path root, BenchOptions options, Peer peer)
            throws IOException, ImageException, InterruptedException {
        List<Workload> workloads = options.workloads();
        Path folder = Files.createTempDirectory("jkprobes-bench");
        try {
            GuestFiles files =
                    GuestFiles.make(peer, folder, root.resolve("bench/src/main/guest/workload.c"), workloads);
            Commands commands = Commands.of(root, peer, files);
            Path linuxKprobe = LinuxKprobe.initramfs(peer, folder, root);
            OUT.println(peer.guest() + ": making the snapshot");
            Stopwatch.measure("bin/jkprobes run --snapshot", commands.ourSnapshot());
            List<Round> rounds = new ArrayList<>();
            for (int i = 1; i <= options.rounds(); i++) {
                String round = peer.guest() + ", round " + i + " of " + options.rounds() + ": ";
                rounds.add(Round.measure(commands, linuxKprobe, step -> OUT.println(round + step)));
            }
            return "\n## %s\n\nPeer: %s, `%s`; Debian's kernel %s, %s.\n\n"
                            .formatted(
                                    peer.guest(),
                                    Host.version(peer.qemu()),
                                    String.join(" ", peer.board()),
                                    files.release(),
                                    peer.unpacked() ? "unpacked for both" : "which QEMU's guest unpacks")
                    + new Report(peer.guest(), workloads, List.copyOf(rounds)).tables();
        } finally {
            delete(folder);
        }
    }

    private static String heading(BenchOptions options, double load) throws IOException {
        return """
                # Performance

                Measured by `bin/bench --rounds %d --scale %d` on %s, our machine and QEMU in turns.
                Median (least..most) of the rounds.

                - Host: %s; load before %s, after %s.
                - Both machines have the same kernel, initramfs, command line and %d MiB of memory.
                - CPU time is that of the whole process, the JVM's compiler and collector included. On a busy host believe it
                  more than wall time.
                - Guest instructions are counted by our machine and stand for both.
                """.formatted(
                        options.rounds(),
                        options.scale(),
                        LocalDate.now(ZoneOffset.UTC),
                        Host.describe(),
                        oneDecimal(load),
                        oneDecimal(Host.load()),
                        Commands.MIB);
    }

    private static String oneDecimal(double number) {
        return String.format(Locale.ROOT, "%.1f", number);
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
