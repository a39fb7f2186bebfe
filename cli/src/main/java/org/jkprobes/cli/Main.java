package org.jkprobes.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** Entry point of the {@code jkprobes} command. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        // The guest and the symbols speak UTF-8 whatever the locale of the host.
        System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
        CommandLine command = commandLine();
        int exitCode;
        try {
            exitCode = command.execute(args);
        } catch (Throwable e) {
            // Picocli hands exceptions to FailureReport, but lets errors through.
            exitCode = FailureReport.bug(command.getErr(), e);
        }
        System.exit(exitCode);
    }

    /** The whole command, as tests run it too. */
    public static CommandLine commandLine() {
        return configured(new CommandLine(new JkprobesCommand()));
    }

    /** With our ways to report failures and to read options; the same for a command and its subcommands. */
    static CommandLine configured(CommandLine commandLine) {
        FailureReport failures = new FailureReport();
        commandLine.setExecutionExceptionHandler(failures);
        commandLine.setParameterExceptionHandler(failures);
        commandLine.registerConverter(Guest.class, Guest::named);
        commandLine.registerConverter(Format.class, text -> Choice.of(Format.values(), text));
        commandLine.registerConverter(
                EngineChoice.class,
                text -> Choice.of(new EngineChoice[] {EngineChoice.NATIVE, EngineChoice.INTERPRETER}, text));
        commandLine.registerConverter(OnOff.class, text -> Choice.of(OnOff.values(), text));
        commandLine.setUsageHelpAutoWidth(true);
        return commandLine;
    }
}
