package org.jkprobes.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jkprobes.cli.kernel.BootedGuest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the host lacks: one clear line, exit code 2, nothing half-written. */
@Tag("kernel")
class HostFaultTest {
    @TempDir
    Path folder;

    private static void assertRefused(Map<String, String> variables, List<String> command, String... words)
            throws Exception {
        try (Command run = Command.start(variables, command)) {
            run.endInput();
            int exitCode = run.exitCode();
            List<String> lines = run.output()
                    .lines()
                    .filter(line -> !line.matches("jkprobes: (reading|waiting|fetching|opening) .*")) // progress
                    .toList();
            assertThat(lines).hasSize(1);
            assertThat(lines.getFirst()).startsWith("jkprobes: ").contains(words);
            assertThat(exitCode).isEqualTo(2);
        }
    }

    /** All files below a folder but locks, which are empty and stay. */
    private static List<Path> left(Path below) throws IOException {
        if (!Files.exists(below)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(below)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().endsWith(".lock"))
                    .toList();
        }
    }

    /** The command with another limit of how large a file may get, in KiB: a full disk that needs no disk. */
    private static List<String> withFilesUpTo(int kib, List<String> command) {
        List<String> limited = new ArrayList<>(List.of("bash", "-c", "ulimit -f " + kib + "; exec \"$@\"", "bash"));
        limited.addAll(command);
        return limited;
    }

    @Test
    void noApt() throws Exception {
        Path cache = folder.resolve("cache");
        Path empty = Files.createDirectory(folder.resolve("bin"));
        for (String[] arguments : new String[][] {{"demo"}, {"run"}, {"symbols", "x"}, {"disasm", "x"}}) {
            assertRefused(
                    Map.of("PATH", empty.toString(), "XDG_CACHE_HOME", cache.toString()),
                    Command.jkprobes("", arguments),
                    "no apt on this machine");
        }
        assertThat(left(cache)).isEmpty();
    }

    @Test
    void noNetwork() throws Exception {
        Path cache = folder.resolve("cache");
        // Nobody listens at port 1; apt's own configuration, where it names a proxy, is overruled by this file.
        Path configuration = Files.writeString(
                folder.resolve("apt.conf"),
                "Acquire::http::Proxy \"http://127.0.0.1:1/\"; Acquire::https::Proxy \"http://127.0.0.1:1/\";"
                        + " Acquire::Retries \"0\";");
        assertRefused(
                Map.of("XDG_CACHE_HOME", cache.toString(), "APT_CONFIG", configuration.toString()),
                Command.jkprobes("", "demo"),
                "the Debian archive cannot be reached");
        assertThat(left(cache)).isEmpty();
    }

    @Test
    void noCacheFolder() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "not a folder");
        assertRefused(
                Map.of("XDG_CACHE_HOME", file.toString()),
                Command.jkprobes("", "demo"),
                "cache folder",
                "file/jkprobes");
        assertThat(file).hasContent("not a folder");
    }

    @Test
    void noSpaceForThePackages() throws Exception {
        Path cache = folder.resolve("cache");
        assertRefused(
                Map.of("XDG_CACHE_HOME", cache.toString()),
                withFilesUpTo(64, Command.jkprobes("", "symbols", "x")),
                "jkprobes: ");
        assertThat(left(cache)).isEmpty();
    }

    @Test
    void noSpaceForASnapshotOrAKernel() throws Exception {
        Path shell = BootedGuest.shellSnapshot();
        assertThat(Files.size(shell)).isGreaterThan(1 << 20);
        Path snapshot = folder.resolve("x.snap");
        try (Command run = Command.start(
                Map.of(),
                withFilesUpTo(
                        1024,
                        Command.jkprobes(
                                "",
                                "run",
                                "--snapshot",
                                snapshot.toString(),
                                "--snapshot-at",
                                "5M",
                                "--exec",
                                "ls")))) {
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.output().lines()).last().asString().startsWith("jkprobes: cannot save snapshot " + snapshot);
        }
        assertRefused(
                Map.of(),
                withFilesUpTo(1024, Command.jkprobes("", "unpack", folder + "/kernel.raw")),
                "kernel.raw cannot be written");
        assertThat(left(folder)).isEmpty();
    }

    @Test
    void anOutputThatIsFull() throws Exception {
        String command = Command.quoted(Command.jkprobes(
                        "", "run", "--snapshot", BootedGuest.shellSnapshot().toString(), "--exec", "echo out"))
                + " > /dev/full";
        assertRefused(Map.of(), List.of("bash", "-c", command), "the output cannot be written");
    }
}
