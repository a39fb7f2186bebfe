package org.jkprobes.gdb.stub;

/** The stub cannot listen where it was told to. One line for the user. */
public final class StubException extends RuntimeException {
    private static final long serialVersionUID = 1;

    StubException(String message, Throwable cause) {
        super(message, cause);
    }
}
