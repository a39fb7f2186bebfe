package org.jkprobes.module;

/** A probe module that cannot be loaded or unloaded; the message is one line for the user. */
public final class ModuleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ModuleException(String message) {
        super(message);
    }

    public ModuleException(String message, Throwable cause) {
        super(message, cause);
    }
}
