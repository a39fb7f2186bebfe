package org.jkprobes.bench.soak;

import org.jspecify.annotations.Nullable;

/** A fault of the machine or of Kprobes, and how to see it again. */
public final class Finding extends RuntimeException {
    private static final long serialVersionUID = 1;

    Finding(String message) {
        super(message);
    }

    Finding(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
