package org.jkprobes.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the host's clocks say of a process at one moment.
 *
 * @param wallNs a moment, only good for differences
 * @param cpuNs CPU time of all its threads, user and system, since it started; in steps of 10 ms
 * @param peakBytes most host memory it had resident at once since it started
 */
record Reading(long wallNs, long cpuNs, long peakBytes) {
    /** The unit of times in /proc, the same on every Linux (USER_HZ). */
    private static final long TICK_NS = 10_000_000;

    /** Fields of proc_pid_stat(5), counted from the one behind the command's name. */
    private static final int USER = 11;

    private static final int SYSTEM = 12;

    /** Reads a process's clocks; empty if it has ended. */
    static Optional<Reading> of(long pid) {
        long now = System.nanoTime();
        try {
            String stat = text(pid, "stat");
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            long ticks = Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]);
            // A process that has ended and is not yet waited for has no memory any more.
            return text(pid, "status")
                    .lines()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .findFirst()
                    .map(line -> new Reading(now, ticks * TICK_NS, kib(line) << 10));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static long kib(String line) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
    }

    private static String text(long pid, String name) throws IOException {
        return Files.readString(Path.of("/proc", Long.toString(pid), name), StandardCharsets.ISO_8859_1);
    }
}
