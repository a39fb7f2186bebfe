package org.jkprobes.images;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The machine's own apt with a private state (apt.conf(5)): any suite, any architecture, the system's lists, caches, hooks
 * and pins neither used nor touched. How to reach the network (proxies, time-outs, transports, credentials) is taken over from
 * the system. Only what is signed is accepted.
 */
final class Apt {
    private static final int TIMEOUT_MINUTES = 15;

    private final AptSystem system;
    private final Path state;
    private final Path configuration;
    private final AtomicReference<@Nullable Process> running = new AtomicReference<>();

    /**
     * Lays the state out.
     *
     * @param state an empty folder of ours
     * @throws ImageException if apt is missing or the sources name no Debian archive
     */
    Apt(AptSystem system, Path state, String suite, Architecture architecture) throws IOException {
        this.system = system;
        this.state = state;
        this.configuration = state.resolve("apt.conf");
        String sources = AptSource.ofDebian(system.etc()).forSuite(suite);
        for (String folder :
                List.of("lists/partial", "archives/partial", "etc/parts", "etc/sources.list.d", "download")) {
            Files.createDirectories(state.resolve(folder));
        }
        Files.writeString(state.resolve("etc/sources.list.d/debian.sources"), sources, StandardCharsets.ISO_8859_1);
        for (String empty : List.of("status", "etc/empty")) {
            Files.writeString(state.resolve(empty), "");
        }
        List<String> lines = new ArrayList<>();
        for (String line : run(List.of(system.config(), "dump"), state, false)) {
            if (line.startsWith("Acquire::") || line.startsWith("Dir::Bin::methods::")) {
                lines.add(line);
            }
        }
        lines.addAll(options(architecture));
        Files.write(configuration, lines, StandardCharsets.UTF_8);
    }

    private List<String> options(Architecture architecture) {
        List<String> options = new ArrayList<>();
        path(options, "Dir::State", "");
        path(options, "Dir::State::lists", "lists");
        path(options, "Dir::State::status", "status");
        path(options, "Dir::Cache", "");
        path(options, "Dir::Cache::archives", "archives");
        path(options, "Dir::Etc::main", "etc/empty");
        path(options, "Dir::Etc::parts", "etc/parts");
        path(options, "Dir::Etc::sourcelist", "etc/empty");
        path(options, "Dir::Etc::sourceparts", "etc/sources.list.d");
        path(options, "Dir::Etc::preferences", "etc/empty");
        path(options, "Dir::Etc::preferencesparts", "etc/parts");
        option(options, "Dir::Cache::pkgcache", "");
        option(options, "Dir::Cache::srcpkgcache", "");
        option(options, "APT::Architecture", architecture.debian());
        options.add("#clear APT::Architectures;");
        option(options, "APT::Architectures::", architecture.debian());
        option(options, "APT::Sandbox::User", "root");
        option(options, "APT::Update::Error-Mode", "any");
        option(options, "APT::Get::AllowUnauthenticated", "false");
        option(options, "Acquire::AllowInsecureRepositories", "false");
        option(options, "Acquire::AllowWeakRepositories", "false");
        option(options, "Acquire::Languages", "none");
        option(options, "Acquire::Retries", "2");
        option(options, "Acquire::http::Timeout", "30");
        option(options, "Acquire::https::Timeout", "30");
        return options;
    }

    private void path(List<String> options, String name, String below) {
        option(options, name, state.resolve(below).toString());
    }

    private static void option(List<String> options, String name, String value) {
        options.add("%s \"%s\";".formatted(name, value));
    }

    /** Fetches and verifies the suite's package lists. */
    void update() throws IOException {
        run(List.of(system.get(), "-q", "update"), state, true);
    }

    /** The control data of a package's newest version, as {@code apt-cache show} prints it. */
    List<String> show(String packageName) throws IOException {
        return run(List.of(system.cache(), "--no-all-versions", "show", packageName), state, true);
    }

    /** Downloads one version of a package; apt checks it against the signed lists. */
    Path download(String packageName, String version) throws IOException {
        Path folder = Files.createTempDirectory(state.resolve("download"), "");
        run(List.of(system.get(), "-q", "download", packageName + "=" + version), folder, true);
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".deb"))
                    .findFirst()
                    .orElseThrow(() -> new ImageException("apt-get downloaded no package " + packageName));
        }
    }

    /** Ends the command that runs, if any. */
    void stop() {
        Process process = running.get();
        if (process != null) {
            process.destroyForcibly();
        }
    }

    private List<String> run(List<String> command, Path folder, boolean configured) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(
                        ProcessBuilder.Redirect.from(state.resolve("status").toFile()));
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
        if (configured) {
            builder.environment().put("APT_CONFIG", configuration.toString());
        }
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new ImageException(
                    "no apt on this machine (%s cannot be run): packages cannot be fetched; give files of your own"
                            .formatted(command.getFirst()),
                    e);
        }
        running.set(process);
        FutureTask<List<String>> output = reading(process.inputReader(StandardCharsets.UTF_8));
        FutureTask<List<String>> errors = reading(process.errorReader(StandardCharsets.UTF_8));
        try {
            if (!process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
                throw new ImageException(
                        "%s did not finish in %d minutes".formatted(command.getFirst(), TIMEOUT_MINUTES));
            }
            if (process.exitValue() != 0) {
                throw failure(command, errors.get());
            }
            return output.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageException("interrupted while fetching", e);
        } catch (ExecutionException e) {
            throw new IOException("what %s says cannot be read".formatted(command.getFirst()), e);
        } finally {
            process.destroy();
        }
    }

    /** Both outputs are read at once, into memory: a full pipe would stop apt, and a full disk would swallow its words. */
    private static FutureTask<List<String>> reading(BufferedReader from) {
        FutureTask<List<String>> task = new FutureTask<>(() -> {
            try (from) {
                return from.lines().toList();
            }
        });
        Thread.startVirtualThread(task);
        return task;
    }

    /** Apt's complaint in one line, with what it means in front where that is known. */
    private ImageException failure(List<String> command, List<String> errors) {
        String all = String.join(" ", errors).toLowerCase(Locale.ROOT);
        String first = errors.stream()
                .filter(l -> l.startsWith("E:"))
                .findFirst()
                .or(() -> errors.stream().filter(l -> !l.isBlank()).findFirst())
                .map(l -> l.replaceFirst("^E:\\s*", ""))
                .orElse("no reason given");
        String meaning;
        if (has(all, "no space left", "enough free space", "write error")) {
            return new ImageException("no space left where the cache is (%s): %s".formatted(state.getParent(), first));
        } else if (has(all, "unable to locate package", "no packages found", "was not found", "can't find a source")) {
            return new ImageException("no such package: " + command.getLast());
        } else if (has(all, "gpg error", "not signed", "no_pubkey", "hash sum mismatch", "signature")) {
            meaning = "cannot be verified: ";
        } else if (has(
                all, "resolving", "could not connect", "unreachable", "timed out", "failed to fetch", "failed")) {
            meaning = "the Debian archive cannot be reached: ";
        } else {
            meaning = String.join(" ", command) + ": ";
        }
        return new ImageException(meaning + first);
    }

    private static boolean has(String text, String... words) {
        for (String word : words) {
            if (text.contains(word)) {
                return true;
            }
        }
        return false;
    }
}
