package org.jkprobes.images;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * Something a machine should boot cannot be had or is not what it should be: no network, no such package, no space, a
 * missing, truncated, damaged or foreign file. The message is one line, written for the user.
 */
public final class ImageException extends IOException {
    /** A refusal with its one-line message. */
    public ImageException(String message) {
        super(oneLine(message));
    }

    /** A refusal with its one-line message and what lies beneath. */
    public ImageException(String message, Throwable cause) {
        super(oneLine(message), cause);
    }

    private static String oneLine(String message) {
        return message.strip().replaceAll("\\s*[\\r\\n]+\\s*", " ");
    }

    /** What went wrong in the words of an I/O failure, with the kind of failure where the words alone say little. */
    public static String reason(IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return "no such file";
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (failure instanceof FileSystemException fs && fs.getReason() != null) {
            return fs.getReason();
        }
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
    }
}
