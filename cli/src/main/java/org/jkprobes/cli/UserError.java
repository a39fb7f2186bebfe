package org.jkprobes.cli;

/**
 * Bad input, or something missing on the host. The message is one line, says what is wrong and what would be right, and is all
 * that the user sees; the exit code is {@link ExitCode#USER_ERROR}.
 */
public final class UserError extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UserError(String message) {
        super(message);
    }

    public UserError(String message, Throwable cause) {
        super(message, cause);
    }
}
