package org.jkprobes.cli.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A process whose output is read as it comes, and that is gone when the test is. */
final class Command implements AutoCloseable {
    /** Enough for a command that boots a guest on a host that has a third of a CPU to spare. */
    private static final long SECONDS = 300;

    private final Process process;
    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
    private final Thread reader;

    private Command(Process process) {
        this.process = process;
        reader = Thread.startVirtualThread(this::read);
    }

    /** Starts it; both its outputs are one. Variables are set in its environment, or taken out where their value is empty. */
    static Command start(Map<String, String> variables, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        variables.forEach((name, value) -> {
            if (value.isEmpty()) {
                builder.environment().remove(name);
            } else {
                builder.environment().put(name, value);
            }
        });
        return new Command(builder.start());
    }

    /** A JVM with the options of the launcher. */
    static List<String> java() {
        return new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow"));
    }

    /** {@code jkprobes} from the classes under test, as the launcher starts it. */
    static List<String> jkprobes(String terminals, String... arguments) {
        List<String> command = java();
        command.addAll(List.of(
                "-Djkprobes.terminals=" + terminals,
                "-cp",
                System.getProperty("java.class.path"),
                "org.jkprobes.cli.Main"));
        command.addAll(List.of(arguments));
        return command;
    }

    /** On a terminal of its own, made by util-linux's {@code script}. */
    static Command onTerminal(String shellCommand) throws IOException {
        return start(Map.of("TERM", "vt100"), List.of("script", "-qefc", shellCommand, "/dev/null"));
    }

    /** One word of a shell command. */
    static String quoted(List<String> command) {
        List<String> words = new ArrayList<>();
        command.forEach(word -> words.add("'" + word.replace("'", "'\\''") + "'"));
        return String.join(" ", words);
    }

    private void read() {
        byte[] piece = new byte[4096];
        try (var in = process.getInputStream()) {
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                synchronized (seen) {
                    seen.write(piece, 0, n);
                    seen.notifyAll();
                }
            }
        } catch (IOException e) {
            // It has ended.
            synchronized (seen) {
                seen.notifyAll();
            }
        }
    }

    /** All it has printed. */
    String output() {
        synchronized (seen) {
            return seen.toString(StandardCharsets.UTF_8);
        }
    }

    Command type(String keys) throws IOException {
        process.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        return this;
    }

    /** Nothing more comes on its stdin. */
    Command endInput() throws IOException {
        process.getOutputStream().close();
        return this;
    }

    /** Waits until {@code pattern} is somewhere in what it printed behind {@code from}; answers where that ends. */
    int await(String pattern, int from) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        Pattern wanted = Pattern.compile(pattern);
        synchronized (seen) {
            while (true) {
                String text = output();
                var matcher = wanted.matcher(text);
                if (matcher.find(Math.min(from, text.length()))) {
                    return matcher.end();
                }
                if (System.nanoTime() > deadline || !process.isAlive() && !reader.isAlive()) {
                    throw new AssertionError("'" + pattern + "' did not come; the process said:\n" + text);
                }
                seen.wait(100);
            }
        }
    }

    /** Waits for its end; answers its exit code. */
    int exitCode() throws InterruptedException {
        return exitCode(SECONDS);
    }

    /** Waits that many seconds at most for its end; answers its exit code. */
    int exitCode(long seconds) throws InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            throw new AssertionError("it does not end; it said:\n" + output());
        }
        reader.join();
        return process.exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The JVM: the process itself, or the one below it that runs {@code Main}. */
    ProcessHandle jvm() {
        return process.descendants()
                .filter(handle -> handle.info().command().orElse("").endsWith("/java"))
                .findFirst()
                .orElse(process.toHandle());
    }

    /** How much CPU time the JVM uses in a second of doing what it does, once it compiles no more: the least of some seconds. */
    double leastCpuShare() throws InterruptedException {
        ProcessHandle jvm = jvm();
        double least = Double.MAX_VALUE;
        for (int i = 0; i < 8 && least > 0.05; i++) {
            long before = jvm.info().totalCpuDuration().orElseThrow().toMillis();
            long start = System.nanoTime();
            Thread.sleep(1000);
            long used = jvm.info().totalCpuDuration().orElseThrow().toMillis() - before;
            least = Math.min(least, used * 1e6 / (System.nanoTime() - start));
        }
        return least;
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
