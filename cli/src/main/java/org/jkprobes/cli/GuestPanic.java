package org.jkprobes.cli;

/** The guest's kernel panicked. The message is the panic text; the exit code is {@link ExitCode#GUEST_PANIC}. */
public final class GuestPanic extends RuntimeException {
    private static final long serialVersionUID = 1;

    public GuestPanic(String panicText) {
        super(panicText);
    }
}
