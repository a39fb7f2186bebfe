package org.jkprobes.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jkprobes.machine.engine.Engines;
import picocli.CommandLine;

/** Entry point of the {@code jkprobes} command. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        // The guest and the symbols speak UTF-8 whatever the locale of the host.
        System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
        if (args.length == 1 && args[0].equals("--version")) {
            // As the command would print it, without a command to be made.
            new VersionText().print(new PrintWriter(System.out, false, StandardCharsets.UTF_8));
            return;
        }
        if (args.length > 0 && (args[0].equals("run") || args[0].equals("demo"))) {
            Engines.prepare();
        }
        CommandLine command = commandLine(args);
        int exitCode;
        try {
            exitCode = command.execute(args);
        } catch (Throwable e) {
            // Picocli hands exceptions to FailureReport, but lets errors through.
            exitCode = FailureReport.bug(command.getErr(), e);
        }
        System.exit(exitCode);
    }

    /** The command, as tests run it too; if it is known with what arguments it will be run, with no other subcommand than they need. */
    public static CommandLine commandLine(String... args) {
        CommandLine root = new CommandLine(new JkprobesCommand());
        JkprobesCommand.addSubcommands(root, args);
        return configured(root);
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
