package org.jkprobes.cli.session;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.machine.device.ConsoleSink;

/**
 * The guest's console on its way to the user: bytes are passed on in pieces, and watched for a panic and for a shell's prompt. Used
 * by the machine's thread.
 */
final class ConsoleTap implements ConsoleSink {
    private static final String PANIC = "Kernel panic - not syncing";
    private static final int TAIL = 4096;
    /** What busybox's shell asks the terminal behind its prompt. */
    private static final String ASK_CURSOR = "\u001b[6n";

    private final EventSink events;
    private final byte[] piece = new byte[8192];
    private final StringBuilder line = new StringBuilder();
    private final StringBuilder panic = new StringBuilder();
    private int length;
    private boolean panicked;
    private boolean silent;

    ConsoleTap(EventSink events) {
        this.events = events;
    }

    @Override
    public void transmitted(byte value) {
        if (!silent) {
            piece[length++] = value;
            if (length == piece.length || value == '\n') {
                flush();
            }
        }
        if (value == '\n') {
            endLine();
        } else if (line.length() < TAIL) {
            line.append((char) (value & 0xff));
        }
    }

    private void endLine() {
        if (!panicked && line.indexOf(PANIC) >= 0) {
            panicked = true;
        }
        if (panicked && panic.length() < TAIL) {
            panic.append(line.toString().strip()).append('\n');
        }
        line.setLength(0);
    }

    /** Passes on what has come so far: the user should see a prompt at once. */
    void flush() {
        events.console(piece, 0, length);
        length = 0;
    }

    /** From now on nothing is passed on, or all is again. */
    void silent(boolean now) {
        silent = now;
    }

    /** Whether the last thing printed looks like a shell's prompt. */
    boolean atPrompt() {
        int end = line.length();
        if (end >= ASK_CURSOR.length() && line.indexOf(ASK_CURSOR, end - ASK_CURSOR.length()) >= 0) {
            end -= ASK_CURSOR.length();
        }
        return end >= 2 && line.charAt(end - 1) == ' ' && "#$".indexOf(line.charAt(end - 2)) >= 0;
    }

    /** The panic's text, once there is one. */
    Optional<String> panic() {
        if (!panicked) {
            return Optional.empty();
        }
        String text = panic.toString().strip();
        return Optional.of(new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
    }
}
