package org.jkprobes.gdb.client;

/** The stub cannot be reached, is lost, or does not keep to the protocol. The message is one line for the user. */
public final class StubException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StubException(String message) {
        super(message);
    }

    public StubException(String message, Throwable cause) {
        super(message, cause);
    }
}
