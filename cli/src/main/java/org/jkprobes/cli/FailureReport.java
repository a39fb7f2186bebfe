package org.jkprobes.cli;

import java.io.PrintWriter;
import java.util.Objects;
import org.jkprobes.images.ImageException;
import org.jkprobes.symbols.SymbolException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Turns whatever ends a command early into one line on stderr and an exit code. A stack trace is shown only for a fault of our
 * own, and only when {@code JKPROBES_DEBUG=1} asks for it.
 */
final class FailureReport implements IExecutionExceptionHandler, IParameterExceptionHandler {
    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        return switch (failure) {
            case UserError e -> userError(err, e, String.valueOf(e.getMessage()));
            // These too are written for the user, in one line.
            case ImageException e -> userError(err, e, String.valueOf(e.getMessage()));
            case SymbolException e -> userError(err, e, String.valueOf(e.getMessage()));
            case GuestPanic e -> {
                err.println("jkprobes: " + oneLine(e.getMessage()));
                yield ExitCode.GUEST_PANIC;
            }
            default -> bug(err, failure);
        };
    }

    @Override
    public int handleParseException(ParameterException failure, String[] args) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = command.getErr();
        StringBuilder line = new StringBuilder(oneLine(failure.getMessage()));
        if (failure instanceof UnmatchedArgumentException unmatched) {
            String known = String.join(", ", unmatched.getSuggestions());
            if (!known.isEmpty()) {
                line.append("; did you mean ").append(known).append('?');
            }
        }
        line.append(" (see '").append(command.getCommandSpec().qualifiedName()).append(" --help')");
        return userError(err, failure, line.toString());
    }

    private static int userError(PrintWriter err, Exception failure, String message) {
        err.println("jkprobes: " + oneLine(message));
        if (debug()) {
            failure.printStackTrace(err);
        }
        return ExitCode.USER_ERROR;
    }

    static int bug(PrintWriter err, Throwable failure) {
        String hint = debug() ? "" : "; JKPROBES_DEBUG=1 shows where";
        err.println("jkprobes: this is a bug in jkprobes: " + oneLine(failure.toString()) + hint);
        if (debug()) {
            failure.printStackTrace(err);
        }
        return ExitCode.BUG;
    }

    private static boolean debug() {
        return "1".equals(System.getenv("JKPROBES_DEBUG"));
    }

    private static String oneLine(@org.jspecify.annotations.Nullable String text) {
        return Objects.requireNonNullElse(text, "unknown").strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
