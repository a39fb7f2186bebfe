package org.jkprobes.cli.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.jkprobes.cli.CommandRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What README and {@code examples/} show does what they say. */
@Tag("kernel")
class ExamplesTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String FORKS = "for i in 1 2 3 4 5; do /bin/true; done";

    @TempDir
    Path folder;

    private static String example(String name) {
        return ROOT.resolve("examples").resolve(name).toString();
    }

    private static long count(List<String> lines, String start) {
        return lines.stream().filter(line -> line.startsWith(start)).count();
    }

    @Test
    void theSeedsExamplesAsModules() {
        CommandRun run = CommandRun.of(
                "--exec",
                FORKS,
                "--append",
                "loglevel=5",
                "--module",
                example("ForkKprobe.java"),
                "--module",
                example("ForkJprobe.java"),
                "--module",
                example("ForkKretprobe.java"),
                "--kretprobe",
                "kernel_clone",
                "--jprobe",
                "kernel_clone:1");
        assertThat(run.exitCode()).as(run.toString()).isZero();
        List<String> lines = run.outLines();
        long forks = count(lines, "pre: pc ");
        assertThat(forks).isGreaterThanOrEqualTo(5);
        assertThat(count(lines, "post: pc ")).isEqualTo(forks);
        assertThat(count(lines, "jprobe: clone_flags 0x")).isEqualTo(forks);
        assertThat(count(lines, "jprobe kernel_clone+0x0  cpu 0 ")).isEqualTo(forks);
        // The first calls of all are those of the kernel's own threads and of process 1, which do return.
        assertThat(count(lines, "kretprobe: kernel_clone has returned ")).isEqualTo(forks);
        assertThat(count(lines, "kretprobe kernel_clone+0x0 ")).isEqualTo(forks);
        assertThat(lines).noneMatch(line -> line.contains("changed)"));
        // What dump_stack() has the guest print.
        assertThat(lines).filteredOn(line -> line.contains("Call Trace:")).hasSize(1);
        assertThat(lines)
                .anyMatch(line -> line.matches("\\[.*] \\[<[0-9a-f]{8}>] kernel_clone\\+0x[0-9a-f]+/0x[0-9a-f]+"));
        assertThat(run.out()).containsPattern("(?m)^ +" + forks + " +0  jprobe kernel_clone\\+0x0$");
    }

    @Test
    void modulesComeAndGoWhileTheGuestRuns() {
        CommandRun run = CommandRun.typed(
                "\u001emodules\n"
                        + "/bin/echo before\n"
                        + "\u001eload " + example("ForkKretprobe.java") + "\n"
                        + "\u001eload " + example("ForkKretprobe.java") + "\n"
                        + "\u001emodules\n\u001eprobes\n"
                        + "/bin/echo during\n"
                        + "\u001eunload ForkKretprobe\n"
                        + "/bin/echo after\n"
                        + "\u001eoptimize off\n\u001eprobes\n\u001enonsense\n"
                        + "poweroff -f\n",
                "--kprobe",
                "do_exit");
        assertThat(run.exitCode()).as(run.toString()).isZero();
        List<String> lines = run.outLines();
        assertThat(lines)
                .containsSubsequence(
                        "no module is loaded",
                        "before",
                        "loaded ForkKretprobe",
                        "module ForkKretprobe is loaded already (EEXIST)",
                        "ForkKretprobe",
                        "during",
                        "unloaded ForkKretprobe",
                        "after",
                        "optimized probes are off",
                        "jkprobes knows: load FILE, unload NAME, modules, probes, optimize on|off");
        assertThat(lines)
                .filteredOn(line -> line.contains("kretprobe: kernel_clone has returned"))
                .hasSize(1);
        assertThat(lines).anyMatch(line -> line.matches("1 children: \\[\\d+]; missed 0"));
        assertThat(lines)
                .filteredOn(line -> line.contains("kprobe do_exit [OPTIMIZED]"))
                .hasSize(1);
        assertThat(lines)
                .filteredOn(line -> line.matches(".*kprobe do_exit  hits \\d+, missed 0"))
                .hasSize(1);
    }

    @Test
    void theReadmesPrograms() throws Exception {
        Matcher java = Pattern.compile("```java\\n(.*?class (\\w+) .*?)```", Pattern.DOTALL)
                .matcher(Files.readString(ROOT.resolve("README.md")));
        assertThat(java.find()).isTrue();
        String out = outputOf(compiled(java));
        Matcher summary = Pattern.compile("(\\d+) forks, 0 missed").matcher(out);
        assertThat(summary.find()).as(out).isTrue();
        int forks = Integer.parseInt(summary.group(1));
        assertThat(forks).isGreaterThanOrEqualTo(3);
        assertThat(out.lines().filter(line -> line.matches("kernel_clone at [0-9a-f]{8}, sp [0-9a-f]{8}")))
                .hasSize(forks);
        assertThat(out.lines().filter(line -> line.matches("child \\d+"))).hasSize(forks);

        assertThat(java.find()).isTrue();
        assertThat(outputOf(compiled(java)).lines().filter(line -> line.matches("1000 bytes at \\d+ ns")))
                .hasSize(7);

        assertThat(java.find()).isTrue();
        assertThat(outputOf(compiled(java)).lines().map(String::strip))
                .containsExactly("1: made 2, made 3", "2: made 1, made 3", "3: made 1, made 2");
        assertThat(java.find()).isFalse();
    }

    /** Compiles a program; returns its name. */
    private String compiled(Matcher java) throws Exception {
        Path source = folder.resolve(java.group(2) + ".java");
        Files.writeString(source, java.group(1));
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "-d",
                                folder.toString(),
                                "-proc:none",
                                "-cp",
                                System.getProperty("java.class.path"),
                                source.toString()))
                .isZero();
        return java.group(2);
    }

    private String outputOf(String name) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            var main = loader.loadClass(name).getDeclaredMethod("main", String[].class);
            main.setAccessible(true);
            main.invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
