package org.jkprobes.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Runs one process and looks at the clocks when its guest says so. */
final class Stopwatch {
    /** How often the process is looked at besides: its last figures are gone with it. */
    private static final Duration LOOK = Duration.ofMillis(10);

    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final String name;
    private final Process process;
    private final long started;
    private final AtomicReference<Reading> last;
    private final Map<String, Beginning> begun = new HashMap<>();
    private final Map<String, Course.Span> spans = new LinkedHashMap<>();
    private final StringBuilder console = new StringBuilder();

    private Stopwatch(String name, Process process, long started) {
        this.name = name;
        this.process = process;
        this.started = started;
        last = new AtomicReference<>(new Reading(started, 0, 0));
    }

    /**
     * Runs a process to its end. A workload that is marked twice counts with its last time.
     *
     * @throws BenchFailure if it does not end well, or not at all
     */
    static Course measure(String name, List<String> command) {
        try {
            long started = System.nanoTime();
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return new Stopwatch(name, process, started).follow();
        } catch (IOException e) {
            throw new BenchFailure(name + " cannot be started: " + e.getMessage());
        }
    }

    private Course follow() {
        Thread lookout = Thread.ofPlatform().daemon().start(this::lookOut);
        try (BufferedReader lines = process.inputReader(StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                console.append(line).append('\n');
                Mark.in(line.strip()).ifPresent(this::mark);
            }
            int code = process.waitFor();
            long ended = System.nanoTime();
            lookout.join();
            if (code != 0) {
                throw new BenchFailure(name + " ended with exit code " + code + "; its last words:\n" + lastWords());
            }
            Reading seen = last.get();
            Reading end = new Reading(ended, seen.cpuNs(), seen.peakBytes());
            return new Course(Course.Span.between(new Reading(started, 0, 0), end, 0, ""), spans);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("interrupted");
        } finally {
            process.destroyForcibly();
        }
    }

    private void mark(Mark mark) {
        Reading now = Reading.of(process.pid()).orElseThrow(() -> new BenchFailure(name + " has ended too soon"));
        if (mark.begin()) {
            begun.put(mark.workload(), new Beginning(mark, now));
            return;
        }
        Beginning from = begun.get(mark.workload());
        if (from != null) {
            long instructions = mark.instructions() - from.mark.instructions();
            spans.put(mark.workload(), Course.Span.between(from.reading, now, instructions, mark.value()));
        }
    }

    private record Beginning(Mark mark, Reading reading) {}

    private void lookOut() {
        try {
            while (!process.waitFor(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                Reading.of(process.pid()).ifPresent(last::set);
                if (System.nanoTime() - started > LIMIT.toNanos()) {
                    process.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String lastWords() {
        return console.substring(Math.max(0, console.length() - 500)).strip();
    }
}
