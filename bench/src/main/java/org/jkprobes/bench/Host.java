package org.jkprobes.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the figures come from. */
final class Host {
    private Host() {}

    /** Processor and load. */
    static String describe() throws IOException {
        String model = Files.readAllLines(Path.of("/proc/cpuinfo"), StandardCharsets.UTF_8).stream()
                .filter(line -> line.startsWith("model name"))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .orElse(System.getProperty("os.arch"));
        return "%d × %s, Java %s".formatted(Runtime.getRuntime().availableProcessors(), model, Runtime.version());
    }

    /** How many threads have wanted a processor in the last minute, on average. */
    static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    /** The first line QEMU says of itself. */
    static String version(String qemu) throws IOException {
        Process process = new ProcessBuilder(qemu, "--version").start();
        try (var lines = process.inputReader()) {
            return String.valueOf(lines.readLine());
        }
    }
}
