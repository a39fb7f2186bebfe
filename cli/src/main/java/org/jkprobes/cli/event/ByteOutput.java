package org.jkprobes.cli.event;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** A stream that is flushed after each write and whose errors are not swallowed, as those of a PrintStream are. */
final class ByteOutput {
    private final OutputStream stream;
    private boolean lineStart = true;

    ByteOutput(OutputStream stream) {
        this.stream = stream;
    }

    void write(byte[] bytes, int from, int length) {
        if (length == 0) {
            return;
        }
        try {
            stream.write(bytes, from, length);
            stream.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        lineStart = bytes[from + length - 1] == '\n';
    }

    void write(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        write(bytes, 0, bytes.length);
    }

    /** Ends a line that someone else has begun. */
    void startLine() {
        if (!lineStart) {
            write("\n");
        }
    }
}
