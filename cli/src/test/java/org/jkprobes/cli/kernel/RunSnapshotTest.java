package org.jkprobes.cli.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jkprobes.cli.CommandRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code run --snapshot}: made once where it is asked for, started from ever after, and no run can tell. */
@Tag("kernel")
class RunSnapshotTest {
    private static final int CALLS = 321;

    @TempDir
    Path folder;

    private static CommandRun run(String... arguments) {
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.exitCode()).as(run.toString()).isZero();
        return run;
    }

    private static List<JsonNode> events(CommandRun run) throws Exception {
        List<JsonNode> events = new ArrayList<>();
        for (String line : run.outLines()) {
            events.add(new ObjectMapper().readTree(line));
        }
        return events;
    }

    /** A program that makes a known number of calls sees them all counted: booted whole, and from two snapshots on its way. */
    @Test
    void countsAndStateAreThoseOfAWholeBoot() throws Exception {
        Path init = folder.resolve("init");
        Files.write(init, GetppidProgram.elf(CALLS));
        Path early = folder.resolve("early.snap");
        Path late = folder.resolve("late.snap");
        List<List<JsonNode>> runs = new ArrayList<>();
        for (String[] snapshot : new String[][] {
            {early.toString(), "300M"},
            {late.toString(), "run_init_process"},
            {early.toString(), "300M"},
            {late.toString(), "run_init_process"},
        }) {
            boolean there = Files.exists(Path.of(snapshot[0]));
            FileTime made = there ? Files.getLastModifiedTime(Path.of(snapshot[0])) : FileTime.fromMillis(0);
            CommandRun run = run(
                    "--snapshot",
                    snapshot[0],
                    "--snapshot-at",
                    snapshot[1],
                    "--init",
                    init.toString(),
                    "--kprobe",
                    "sys_getppid",
                    "--kprobe",
                    "sys_getppid+0x4",
                    "--format",
                    "ndjson");
            assertThat(run.err().contains("Linux version")).isEqualTo(!there);
            if (there) {
                assertThat(Files.getLastModifiedTime(Path.of(snapshot[0]))).isEqualTo(made);
            }
            runs.add(events(run));
        }
        List<JsonNode> first = runs.getFirst();
        assertThat(first).hasSize(2 * CALLS + 1);
        for (int i = 0; i < 2 * CALLS; i++) {
            JsonNode event = first.get(i);
            assertThat(event.get("type").asText()).isEqualTo("kprobe");
            assertThat(event.get("data").get("symbol").asText()).isEqualTo("sys_getppid");
            assertThat(event.get("data").get("offset").asInt()).isEqualTo(i % 2 == 0 ? 0 : 4);
        }
        JsonNode summary = first.getLast().get("data");
        assertThat(first.getLast().get("type").asText()).isEqualTo("summary");
        assertThat(summary.get("end").asText()).isEqualTo("power-off");
        for (JsonNode probe : summary.get("probes")) {
            assertThat(probe.get("hits").asInt()).isEqualTo(CALLS);
            assertThat(probe.get("missed").asInt()).isZero();
        }
        // Registers, times, instruction counts and the hash at the end included.
        assertThat(runs).allMatch(first::equals);
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("init", "early.snap", "late.snap");

        CommandRun other =
                CommandRun.of("--snapshot", late.toString(), "--exec", "ls", "--append", "quiet", "--kprobe", "panic");
        assertThat(other.exitCode()).isEqualTo(2);
        assertThat(other.errLines()).hasSize(1).first().asString().contains("made with another initramfs");
    }

    @Test
    void commandsRunInTheGuestThatWaitsAtItsShell() throws Exception {
        Path shell = BootedGuest.shellSnapshot();
        byte[] before = Files.readAllBytes(shell);
        String commands = "echo \"it's $((6*7)) 100% \\\\o/ é\"\n\ttrue '# $'\nread line; echo \"read: $line\"; " + "x="
                + "y".repeat(3000) + "; echo ${#x}";
        CommandRun run = CommandRun.typed(
                "a line for the guest\n",
                "--snapshot",
                shell.toString(),
                "--exec",
                commands,
                "--kprobe",
                "kernel_clone");
        assertThat(run.exitCode()).as(run.toString()).isZero();
        assertThat(run.out()).contains("it's 42 100% \\o/ é\r\n", "read: a line for the guest\r\n", "3000\r\n");
        // Neither a boot nor what was typed to run them.
        assertThat(run.out()).doesNotContain("Linux version", "printf", "/root #");
        // The commands are the shell's own: only init forks, to switch off.
        assertThat(run.outLines())
                .filteredOn(line -> line.startsWith("kprobe kernel_clone+0x0 pre "))
                .hasSize(1);
        assertThat(run.outLines()).last().asString().startsWith("power-off after ");
        assertThat(run.errLines()).isEmpty();
        assertThat(Arrays.equals(Files.readAllBytes(shell), before)).isTrue();
    }

    @Test
    void linesFromAPipeAreTypedAtTheShell() throws Exception {
        String shell = BootedGuest.shellSnapshot().toString();
        CommandRun run = CommandRun.typed("echo $((6*7))\nsleep 1; reboot -f\necho not seen\n", "--snapshot", shell);
        assertThat(run.exitCode()).as(run.toString()).isZero();
        assertThat(run.out()).startsWith("/root # ").contains("\r\n42\r\n").doesNotContain("not seen");
        assertThat(run.outLines()).last().asString().startsWith("reboot after ");
    }

    @Test
    void aGuestThatEndsBeforeItsSnapshotIsAnError() throws Exception {
        Path init = Files.writeString(folder.resolve("init"), "#!/bin/sh\nexec poweroff -f\n");
        CommandRun run =
                CommandRun.of("--snapshot", folder + "/x.snap", "--init", init.toString(), "--append", "quiet");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errLines())
                .last()
                .asString()
                .startsWith("jkprobes: the guest ended (power-off) before its snapshot could be made");
        assertThat(folder.resolve("x.snap")).doesNotExist();
    }
}
