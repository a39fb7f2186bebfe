package org.jkprobes.cli;

/** The guest's kernel panicked, or crashed. The message says so, with the panic text; the exit code is {@link ExitCode#GUEST_PANIC}. */
public final class GuestPanic extends RuntimeException {
    private static final long serialVersionUID = 1;

    public GuestPanic(String fate) {
        super(fate);
    }
}
