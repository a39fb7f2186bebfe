package org.jkprobes.cli;

/** What the command tells its caller. */
public final class ExitCode {
    /** Done; for a run: the guest powered off or rebooted. */
    public static final int OK = 0;

    /** A fault of jkprobes itself. */
    public static final int BUG = 1;

    /** Bad input, or something the host lacks: one line on stderr says which. */
    public static final int USER_ERROR = 2;

    /** The guest's kernel panicked, or its CPU shut down by a triple fault. */
    public static final int GUEST_PANIC = 3;

    private ExitCode() {}
}
