package org.jkprobes.cli.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code bin/bench --compare}: what it refuses, and that it leaves nothing behind. It builds nothing here. */
@Timeout(120)
class BenchCompareTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    private record Ended(int exitCode, List<String> lines) {}

    private static Ended run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .start();
        List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
        return new Ended(process.waitFor(), lines);
    }

    private static List<String> worktrees() throws IOException, InterruptedException {
        return run(List.of("git", "worktree", "list")).lines();
    }

    @BeforeEach
    void inAClone() throws Exception {
        assumeThat(run(List.of("git", "rev-parse", "--verify", "HEAD")).exitCode())
                .as("tests run in a git clone")
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "'', --compare needs a commit",
        "--arch, --compare needs a commit",
        "no-such-commit, --compare: unknown commit no-such-commit",
        "HEAD no-such-commit, --compare: unknown commit no-such-commit",
        "HEAD^{tree}, --compare: unknown commit HEAD^{tree}",
        "HEAD HEAD HEAD, --compare does not go with HEAD",
        "HEAD --write, --compare does not go with --write",
        "HEAD --rounds 0, --rounds needs a number from 1 to 9999",
        "HEAD HEAD --scale, --scale needs a number from 1 to 9999",
        "HEAD --arch vax, '--arch needs one of mipsel, i386, x86_64'"
    })
    void refusesInOneLine(String arguments, String line) throws Exception {
        List<String> before = worktrees();
        List<String> command = new ArrayList<>(List.of("bin/bench", "--compare"));
        Stream.of(arguments.split(" ")).filter(word -> !word.isEmpty()).forEach(command::add);
        Ended ended = run(command);
        assertThat(ended.lines()).containsExactly("bin/bench: " + line);
        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(worktrees()).isEqualTo(before);
    }

    /** With a Maven that never ends. */
    @Test
    void ctrlCLeavesNothingBehind() throws Exception {
        List<String> before = worktrees();
        Path programs = Files.createDirectory(folder.resolve("bin"));
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        Path started = folder.resolve("started");
        Path maven =
                Files.writeString(programs.resolve("mvn"), "#!/bin/sh\necho > '" + started + "'\nexec sleep 100\n");
        assertThat(maven.toFile().setExecutable(true)).isTrue();
        // Who runs these tests in the background may have them ignore SIGINT, and a shell cannot undo that.
        ProcessBuilder builder = new ProcessBuilder("env", "--default-signal=INT", "bin/bench", "--compare", "HEAD")
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile());
        builder.environment().put("TMPDIR", temporary.toString());
        builder.environment().merge("PATH", programs.toString(), (path, first) -> first + ":" + path);
        Process process = builder.start();
        try {
            while (!Files.exists(started)) {
                assertThat(process.isAlive())
                        .as(Files.readString(folder.resolve("output")))
                        .isTrue();
                TimeUnit.MILLISECONDS.sleep(20);
            }
            assertThat(worktrees()).hasSize(before.size() + 1);
            List<ProcessHandle> children = process.descendants().toList();
            assertThat(run(List.of("kill", "-INT", Long.toString(process.pid())))
                            .exitCode())
                    .isZero();
            assertThat(process.waitFor()).isEqualTo(130);
            assertThat(children).isNotEmpty().noneMatch(ProcessHandle::isAlive);
            assertThat(worktrees()).isEqualTo(before);
            assertThat(temporary).isEmptyDirectory();
        } finally {
            process.destroyForcibly();
        }
    }
}
