package org.jkprobes.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cache of classes that {@code bin/lib/train.sh} makes, and {@code bin/jkprobes} starts with. */
@Tag("kernel")
class StartCacheTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** Training boots a guest. */
    private static final long SECONDS = 300;

    @TempDir
    Path app;

    private static String output(Map<String, String> variables, List<String> command) throws Exception {
        try (Command run = Command.start(variables, command)) {
            run.endInput();
            assertThat(run.exitCode(SECONDS)).as(run::output).isZero();
            return run.output();
        }
    }

    /** The classes under test as the launcher has them: in jars, for the cache takes no others. */
    private void makeJars() throws IOException {
        Path lib = Files.createDirectory(app.resolve("lib"));
        ToolProvider jar = ToolProvider.findFirst("jar").orElseThrow();
        int number = 0;
        for (String one : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path entry = Path.of(one);
            Path to = lib.resolve("%03d.jar".formatted(number++));
            if (!Files.isDirectory(entry)) {
                Files.copy(entry, to);
            } else if (jar.run(System.out, System.err, "-cf", to.toString(), "-C", one, ".") != 0) {
                throw new IOException("no jar of " + entry);
            }
        }
    }

    @Test
    void trainingMakesACacheThatTheJvmStartsWith() throws Exception {
        makeJars();
        List<String> modern = Command.java();
        modern.addAll(List.of(ROOT.resolve("bin/lib/ModernJars.java").toString(), app + "/lib"));
        output(Map.of(), modern);
        output(
                Map.of("JAVA_HOME", System.getProperty("java.home")),
                List.of(ROOT.resolve("bin/lib/train.sh").toString(), app.toString(), "mipsel"));
        assertThat(app.resolve("trained")).content().contains("mipsel\n");
        assertThat(app.resolve("classes.aot")).isNotEmptyFile();
        assertThat(app.resolve("training")).doesNotExist();

        // AOTMode=on: a JVM that cannot use the cache does not start.
        List<String> command = Command.java();
        command.addAll(List.of(
                "-XX:AOTMode=on",
                "-XX:AOTCache=" + app.resolve("classes.aot"),
                "-Xlog:class+load",
                "-cp",
                app + "/lib/*",
                "org.jkprobes.cli.Main",
                "run",
                "--help"));
        String loaded = output(Map.of(), command);
        assertThat(loaded)
                .containsPattern("org\\.jkprobes\\.cli\\.Main source: shared objects file")
                // Which as its authors have built it would be too old for it.
                .containsPattern("picocli\\.CommandLine source: shared objects file")
                .contains("Usage: jkprobes run");
    }
}
