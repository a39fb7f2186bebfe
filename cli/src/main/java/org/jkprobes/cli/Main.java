package org.jkprobes.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** Entry point of the {@code jkprobes} command. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        // The guest and the symbols speak UTF-8 whatever the locale of the host.
        System.setOut(new PrintStream(
                new java.io.FileOutputStream(java.io.FileDescriptor.out), true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(
                new java.io.FileOutputStream(java.io.FileDescriptor.err), true, StandardCharsets.UTF_8));
        System.exit(commandLine().execute(args));
    }

    /** The whole command, as tests run it too. */
    public static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new JkprobesCommand());
        FailureReport failures = new FailureReport();
        commandLine.setExecutionExceptionHandler(failures);
        commandLine.setParameterExceptionHandler(failures);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setUsageHelpAutoWidth(true);
        return commandLine;
    }
}
