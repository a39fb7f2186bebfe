package org.jkprobes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.RunSummary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The command as a user types it: exit codes, and one clear line for what is wrong. */
class CommandLineTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    private int execute(String... args) {
        return execute(Main.commandLine(), args);
    }

    private int execute(CommandLine commandLine, String... args) {
        return commandLine
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }

    private static RunCommand command(Session session) {
        return new RunCommand(new Run(session, OutputStream.nullOutputStream(), OutputStream.nullOutputStream()));
    }

    private void assertRefused(int exitCode, String... words) {
        assertThat(err.toString()).startsWith("jkprobes: ").contains(words);
        assertThat(err.toString().lines()).hasSize(1);
        assertThat(out.toString()).isEmpty();
        assertThat(exitCode).isEqualTo(2);
    }

    @Test
    void versionNamesTheProjectAndJava() throws IOException {
        assertThat(execute("--version")).isZero();
        String pom = Files.readString(Path.of("pom.xml"));
        String version = pom.split("<version>", 2)[1].split("</version>", 2)[0];
        assertThat(out.toString())
                .startsWith("jkprobes " + version + System.lineSeparator())
                .contains("Java " + Runtime.version());
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "run", "symbols", "disasm", "unpack", "doctor"})
    void helpIsThereForEachCommand(String command) {
        assertThat(execute(command, "--help")).isZero();
        assertThat(out.toString()).contains("Usage: jkprobes " + command);
    }

    @Test
    void theVersionIsTheSameWithoutThatACommandIsMade() {
        StringWriter direct = new StringWriter();
        new VersionText().print(new PrintWriter(direct));
        assertThat(execute("--version")).isZero();
        assertThat(out).hasToString(direct.toString());
    }

    @Test
    void ofSeveralCommandsOnlyTheOneAskedForIsMade() {
        assertThat(Main.commandLine("run", "--help").getSubcommands()).containsOnlyKeys("run");
        assertThat(Main.commandLine("help", "run").getSubcommands()).containsKeys("run", "demo", "doctor");
        assertThat(Main.commandLine("--help").getSubcommands()).containsKeys("run", "demo", "doctor");
    }

    @Test
    void helpListsEveryCommandAndExamples() {
        assertThat(execute("--help")).isZero();
        assertThat(out.toString()).contains("Examples:");
        Main.commandLine()
                .getSubcommands()
                .keySet()
                .forEach(name -> assertThat(out.toString()).containsPattern("(?m)^  " + name + " "));
    }

    /** Each wrong command line, and words its answer must hold: the option, the value, and what would be right. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            ""                                   | a command is missing
            rum                                  | 'rum'
            run --memory 0                       | --memory 0: mipsel takes 64 to 2048 MiB
            run --memory -5                      | --memory -5
            run --memory 4096                    | --memory 4096
            run --memory much                    | 'much' is not a
            run --memory 99999999999999          | '99999999999999'
            run --arch vax                       | 'vax' is not mipsel or i386 or x86_64
            run --arch i686 --memory 4096        | --memory 4096: i386 takes 64 to 3072 MiB
            run --arch amd64 --memory 64         | --memory 64: x86_64 takes 128 to 16384 MiB
            run --format xml                     | 'xml' is not text or ndjson
            run --kprobe +0x10                   | is not a symbol
            run --kprobe do_exit+                | is not a symbol
            run --kprobe do_exit+zz              | is not a symbol
            run --kprobe do_exit-4               | is not a symbol
            run --kprobe 80101234                | --kprobe: '80101234'
            run --kprobe 0xg                     | --kprobe: '0xg'
            run --kprobe a+99999999999999999999  | --kprobe
            run --kprobe                         | --kprobe
            run --kernel /no/such/file           | --kernel /no/such/file: no such file
            run --kernel .                       | --kernel .: is a folder
            run --initrd /no/such/file           | --initrd /no/such/file: no such file
            run --init /no/such/file             | --init /no/such/file: no such file
            run --symbols /no/such/file          | --symbols /no/such/file: no such file
            run --snapshot /no/such/folder/file  | its folder does not exist
            run --snapshot-at shell              | --snapshot-at needs --snapshot
            run --init pom.xml --exec ls         | exclude each other
            run --initrd pom.xml --exec ls       | --initrd brings its own /init
            run --snapshot-at 9x --snapshot x    | --snapshot-at: '9x'
            run --kernell x                      | did you mean --kernel?
            run surplus                          | surplus
            doctor --format xml                  | 'xml' is not text or ndjson
            symbols                              | PATTERN
            disasm                               | SYM
            unpack                               | FILE
            unpack /no/such/folder/file          | its folder does not exist
            unpack .                             | is a folder
            """)
    void wrongCommandLinesGetOneLineAndExitCode2(String arguments, String words) {
        assertRefused(execute(arguments.isEmpty() ? new String[0] : arguments.split(" +")), words);
    }

    @Test
    void blankCommandsAreRefused() {
        assertRefused(execute("run", "--exec", "  "), "--exec: no commands");
    }

    @Test
    void emptyFilesAreRefused() throws IOException {
        Path file = Files.createFile(folder.resolve("empty"));
        assertRefused(execute("run", "--kernel", file.toString()), "is empty");
    }

    @Test
    void optionsReachTheSession() {
        RunOptions[] seen = new RunOptions[1];
        RunCommand run = command((options, events) -> {
            seen[0] = options;
            return new RunSummary(RunSummary.End.POWER_OFF, "", 1, 8, "00", List.of());
        });
        assertThat(new CommandLine(run)
                        .registerConverter(Format.class, text -> Choice.of(Format.values(), text))
                        .execute(
                                "--memory",
                                "64",
                                "--kprobe",
                                "do_exit+0x10",
                                "--kprobe=kernel_clone",
                                "--append",
                                "a b",
                                "--append",
                                "c",
                                "--exec",
                                "ls; ls",
                                "--format",
                                "ndjson",
                                "--snapshot",
                                folder + "/s",
                                "--snapshot-at",
                                "7M"))
                .isZero();
        assertThat(seen[0].memoryMib()).isEqualTo(64);
        assertThat(seen[0].probes().kprobes())
                .containsExactly(ProbePoint.parse("do_exit+0x10"), ProbePoint.parse("kernel_clone"));
        assertThat(seen[0].append()).isEqualTo("a b c");
        assertThat(seen[0].exec()).contains("ls; ls");
        assertThat(seen[0].format()).isEqualTo(Format.NDJSON);
        assertThat(seen[0].snapshotAt()).isEqualTo(new SnapshotPoint.AfterInstructions(7_000_000));
    }

    @Test
    void aPanickingGuestEndsWithItsTextAndExitCode3() {
        CommandLine commandLine = new CommandLine(command((options, events) ->
                new RunSummary(RunSummary.End.PANIC, "Attempted to kill init!", 1, 8, "00", List.of())));
        commandLine.setExecutionExceptionHandler(new FailureReport());
        assertThat(execute(commandLine)).isEqualTo(3);
        assertThat(err.toString().lines()).hasSize(1);
        assertThat(err.toString()).contains("the guest panicked: Attempted to kill init!");
    }

    @Test
    void aGuestTooLargeForTheJvmIsBadInput() {
        CommandLine commandLine = new CommandLine(command((options, events) -> {
            throw new OutOfMemoryError("Java heap space");
        }));
        commandLine.setExecutionExceptionHandler(new FailureReport());
        assertRefused(execute(commandLine, "--memory", "1024"), "1024 MiB", "--memory");
    }

    @Test
    void faultsOfOurOwnAreCalledBugsAndEndWithExitCode1() {
        Session failing = new Session() {
            @Override
            public RunSummary run(RunOptions options, EventSink events) {
                throw new IllegalStateException("inner\nfault");
            }
        };
        CommandLine commandLine = new CommandLine(command(failing));
        commandLine.setExecutionExceptionHandler(new FailureReport());
        assertThat(execute(commandLine)).isEqualTo(1);
        assertThat(err.toString().lines()).hasSize(1);
        assertThat(err.toString()).contains("this is a bug", "inner fault", "JKPROBES_DEBUG=1");
    }
}
