package org.jkprobes.symbols;

/** Symbols could not be found, read or understood. The message is one line fit for the user. */
public final class SymbolException extends RuntimeException {
    public SymbolException(String message) {
        super(message);
    }

    public SymbolException(String message, Throwable cause) {
        super(message, cause);
    }
}
