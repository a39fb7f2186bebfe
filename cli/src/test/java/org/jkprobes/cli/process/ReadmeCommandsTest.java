package org.jkprobes.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Each command that README and the help show does what it is there for. */
@Tag("kernel")
class ReadmeCommandsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern LINE = Pattern.compile("(?m)^bin/jkprobes .*$");

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> commandsOfTheReadme() throws Exception {
        List<String> lines = LINE.matcher(Files.readString(ROOT.resolve("README.md")))
                .results()
                .map(found -> found.group().replaceFirst(" +#.*", ""))
                .toList();
        assertThat(lines).hasSizeGreaterThan(8).contains("bin/jkprobes demo", "bin/jkprobes run");
        return lines.stream().map(line -> DynamicTest.dynamicTest(line, () -> carryOut(line)));
    }

    /** In an empty folder, with a terminal nowhere; a shell is told to switch off. */
    private void carryOut(String line) throws Exception {
        String command = line.replace("bin/jkprobes", Command.quoted(Command.jkprobes("")))
                .replace("examples/", ROOT + "/examples/");
        try (Command run =
                Command.start(Map.of(), List.of("bash", "-c", "cd \"$1\" && " + command, "bash", folder.toString()))) {
            if (line.equals("bin/jkprobes run")) {
                run.type("poweroff -f\n");
            }
            run.endInput();
            int exitCode = run.exitCode();
            assertThat(exitCode).as(run.output()).isZero();
            if (line.contains("> hits.ndjson")) {
                assertThat(Files.readAllLines(folder.resolve("hits.ndjson")))
                        .hasSizeGreaterThan(1)
                        .last()
                        .asString()
                        .startsWith("{\"type\":\"summary\"");
            } else {
                assertThat(run.output()).isNotBlank();
            }
        }
    }
}
