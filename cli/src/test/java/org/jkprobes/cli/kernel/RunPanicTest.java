package org.jkprobes.cli.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jkprobes.cli.CommandRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kernel that panics: its message, the last hits, exit code 3. */
@Tag("kernel")
class RunPanicTest {
    /** {@code sysrq_handle_crash} of {@code drivers/tty/sysrq.c} calls {@code panic} with this text. */
    private static final String CRASH = "Kernel panic - not syncing: sysrq triggered crash";

    @TempDir
    Path folder;

    private static CommandRun crash(String commands, String... more) throws Exception {
        String[] arguments = {"--snapshot", BootedGuest.shellSnapshot().toString(), "--exec", commands};
        String[] all = java.util.stream.Stream.of(List.of(arguments), List.of(more))
                .flatMap(List::stream)
                .toArray(String[]::new);
        CommandRun run = CommandRun.of(all);
        assertThat(run.exitCode()).as(run.toString()).isEqualTo(3);
        assertThat(run.errLines()).last().isEqualTo("jkprobes: the guest panicked: " + CRASH);
        return run;
    }

    @Test
    void theTextNamesThePanicAndTheLastHits() throws Exception {
        CommandRun run = crash(
                "/bin/true; echo c > /proc/sysrq-trigger",
                "--kprobe",
                "kernel_clone",
                "--kprobe",
                "sysrq_handle_crash",
                "--kprobe",
                "panic");
        assertThat(run.errLines()).hasSize(1);
        List<String> end = run.outLines()
                .subList(
                        run.outLines().indexOf("the guest panicked: " + CRASH),
                        run.outLines().size());
        assertThat(end).element(1).isEqualTo("the last hits before:");
        assertThat(end).element(2).asString().startsWith("kprobe kernel_clone+0x0 pre ");
        assertThat(end).element(3).asString().startsWith("kprobe sysrq_handle_crash+0x0 pre ");
        assertThat(end).element(4).asString().startsWith("kprobe panic+0x0 pre ");
        assertThat(end).last().asString().startsWith("panic after ");
        // The guest's own words, too.
        assertThat(run.out()).containsPattern("\\[ +[0-9.]+] " + CRASH);
    }

    @Test
    void ndjsonNamesThemInTheSummary() throws Exception {
        CommandRun run = crash("echo c > /proc/sysrq-trigger", "--kprobe", "panic", "--format", "ndjson");
        assertThat(run.outLines()).hasSize(2);
        JsonNode hit = new ObjectMapper().readTree(run.outLines().getFirst());
        JsonNode summary = new ObjectMapper().readTree(run.outLines().getLast());
        assertThat(hit.get("type").asText()).isEqualTo("kprobe");
        assertThat(summary.get("type").asText()).isEqualTo("summary");
        JsonNode data = summary.get("data");
        assertThat(data.get("end").asText()).isEqualTo("panic");
        assertThat(data.get("panic").asText()).isEqualTo(CRASH);
        JsonNode last = data.get("last_hits");
        assertThat(last).hasSize(1);
        assertThat(last.get(0).get("symbol").asText()).isEqualTo("panic");
        assertThat(last.get(0).get("instructions")).isEqualTo(hit.get("data").get("instructions"));
        assertThat(run.err()).containsPattern("\\[ +[0-9.]+] " + CRASH);
    }

    /** With {@code panic=0} a kernel never reboots. */
    @Test
    void aKernelThatStopsForEverEndsTheRunToo() throws Exception {
        crash("echo 0 > /proc/sys/kernel/panic; echo c > /proc/sysrq-trigger");
    }

    @Test
    void anInitThatEndsPanicsTheKernel() throws Exception {
        Path init = Files.writeString(folder.resolve("init"), "#!/bin/sh\necho \"I am process $$\"\nexit 7\n");
        CommandRun run =
                CommandRun.of("--init", init.toString(), "--append", "quiet", "--snapshot", folder + "/not-made.snap");
        assertThat(run.exitCode()).as(run.toString()).isEqualTo(3);
        assertThat(folder.toFile().list()).containsExactly("init");
        assertThat(run.out()).contains("I am process 1\r\n");
        // wait(2): the exit status is in the second byte.
        assertThat(run.errLines())
                .last()
                .isEqualTo("jkprobes: the guest panicked: Kernel panic - not syncing: Attempted to kill init!"
                        + " exitcode=0x00000700");
    }
}
