package org.jkprobes.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jkprobes.cli.Guest;
import org.jkprobes.images.ImageException;

/**
 * Two builds of jkprobes beside each other, in turns: {@code bin/bench --compare}. Each is measured by the programs of its own commit, with the
 * same guests.
 */
final class Comparison {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    /** One build. */
    private record Side(String name, Path folder) {
        String classPath() {
            return folder.resolve("bench/target/classes") + ":" + folder.resolve("bench/target/lib") + "/*";
        }
    }

    private final List<Side> sides;
    private final BenchOptions options;

    private Comparison(List<Side> sides, BenchOptions options) {
        this.sides = sides;
        this.options = options;
    }

    /** {@code ROOT NAME FOLDER NAME FOLDER [option …]}: the project's folder, and what two builds are called and where they are. */
    public static void main(String[] args) throws InterruptedException {
        // Ended by a signal, it takes what it measures along.
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly)));
        Main.orExit(() -> {
            List<String> asked = List.of(args);
            BenchOptions options = BenchOptions.parse(asked.subList(5, asked.size()));
            List<Side> sides = List.of(new Side(args[1], Path.of(args[2])), new Side(args[3], Path.of(args[4])));
            Comparison comparison = new Comparison(sides, options);
            StringBuilder tables = new StringBuilder();
            for (Guest guest : options.guests()) {
                tables.append(comparison.measure(Path.of(args[0]), Peer.of(guest)));
            }
            OUT.print("\n" + tables);
        });
    }

    private String measure(Path root, Peer peer) throws IOException, ImageException, InterruptedException {
        Path folder = Files.createTempDirectory("jkprobes-bench");
        try {
            GuestFiles files =
                    GuestFiles.make(peer, folder, root.resolve("bench/src/main/guest/workload.c"), options.workloads());
            return measure(peer, files);
        } finally {
            Main.delete(folder);
        }
    }

    private String measure(Peer peer, GuestFiles files) throws IOException, InterruptedException {
        Map<String, List<List<Course.Span>>> figures = new LinkedHashMap<>();
        for (int round = 1; round <= options.rounds(); round++) {
            String head = peer.guest() + ", round " + round + " of " + options.rounds() + ": ";
            // Who comes first may have it easier, or harder.
            Map<Side, Map<String, Course.Span>> spans = new HashMap<>();
            for (Side side : round % 2 == 0 ? sides.reversed() : sides) {
                spans.put(side, once(side, peer, files, step -> OUT.println(head + side.name() + ", " + step)));
            }
            Map<String, Course.Span> others = spans.getOrDefault(sides.getLast(), Map.of());
            spans.getOrDefault(sides.getFirst(), Map.of()).forEach((what, span) -> {
                Course.Span other = others.get(what);
                if (other != null) {
                    figures.computeIfAbsent(what, key -> new ArrayList<>()).add(List.of(span, other));
                }
            });
        }
        return table(peer.guest(), figures);
    }

    private interface Progress {
        void step(String what);
    }

    /** All that is measured of one build in a round. */
    private static Map<String, Course.Span> once(Side side, Peer peer, GuestFiles files, Progress progress) {
        Map<String, Course.Span> spans = new LinkedHashMap<>();
        Path snapshot = files.snapshot()
                .resolveSibling("snapshot-" + Integer.toHexString(side.folder().hashCode()));
        Commands commands = Commands.ofBuild(side.classPath(), peer, files, snapshot);
        progress.step("workloads");
        spans.putAll(Stopwatch.measure(side.name(), commands.ourWorkloads()).spans());
        progress.step("core on the interpreter");
        spans.put(
                "core on the interpreter",
                Stopwatch.measure(side.name(), commands.interpretedCore()).span("core"));
        progress.step("boot");
        spans.put(
                "boot, run true, power off",
                Stopwatch.measure(side.name(), commands.ourBoot()).whole());
        if (!Files.exists(snapshot)) {
            progress.step("making a snapshot");
            Stopwatch.measure(side.name(), commands.ourSnapshot());
        }
        progress.step("shell from a snapshot");
        spans.put(
                "shell from a snapshot, run true, power off",
                Stopwatch.measure(side.name(), commands.ourSnapshot()).whole());
        return spans;
    }

    private String table(Guest guest, Map<String, List<List<Course.Span>>> figures) {
        List<String> lines = new ArrayList<>();
        String first = sides.getFirst().name();
        String second = sides.getLast().name();
        lines.add("## " + guest + ": " + first + " and " + second);
        lines.add("");
        lines.add("Median (least..most) of " + options.rounds() + " rounds; a ratio below 1: " + second
                + " takes less. Without a cache of classes, so starts are slower than those of `bin/jkprobes`.");
        lines.add("");
        lines.add("| | %s: s wall | %s: s wall | ratio, wall | ratio, CPU |".formatted(first, second));
        lines.add("|---|---|---|---|---|");
        figures.forEach((what, rounds) -> lines.add("| %s | %s | %s | %s | %s |"
                .formatted(
                        what,
                        over(rounds, both -> both.getFirst().wallSeconds()),
                        over(rounds, both -> both.getLast().wallSeconds()),
                        over(
                                rounds,
                                both -> both.getLast().wallSeconds()
                                        / both.getFirst().wallSeconds()),
                        over(
                                rounds,
                                both -> both.getLast().cpuSeconds()
                                        / both.getFirst().cpuSeconds()))));
        return String.join("\n", lines) + "\n\n";
    }

    private interface Figure {
        double of(List<Course.Span> both);
    }

    private static Spread over(List<List<Course.Span>> rounds, Figure figure) {
        return Spread.of(rounds.stream().map(figure::of).toList());
    }
}
