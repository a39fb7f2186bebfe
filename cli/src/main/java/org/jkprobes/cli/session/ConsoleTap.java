package org.jkprobes.cli.session;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.machine.device.ConsoleSink;

/**
 * The guest's console on its way to the user: bytes are passed on in pieces, and watched for a panic and for a shell's prompt. Used
 * by the machine's thread.
 */
final class ConsoleTap implements ConsoleSink {
    /** As {@code panic()} prints it ({@code kernel/panic.c}); in front of it time, and perhaps the CPU or task, in brackets. */
    private static final Pattern PANIC =
            Pattern.compile("(?:\\[[^]]*] ?)*(---\\[ end )?(Kernel panic - not syncing.*?)(?: ]---)?");

    private static final int LONGEST_LINE = 4096;
    /** What busybox's shell asks the terminal behind its prompt. */
    private static final String ASK_CURSOR = "\u001b[6n";

    private final EventSink events;
    private final byte[] piece = new byte[8192];
    private final StringBuilder line = new StringBuilder();
    private String panic = "";
    private boolean panicEnded;
    private int length;
    private long lines;
    private boolean silent;
    private boolean silentForOneLine;

    ConsoleTap(EventSink events) {
        this.events = events;
    }

    @Override
    public void transmitted(byte value) {
        if (!silent && !silentForOneLine) {
            piece[length++] = value;
            if (length == piece.length || value == '\n') {
                flush();
            }
        }
        if (value == '\n') {
            endLine();
        } else if (line.length() < LONGEST_LINE) {
            line.append((char) (value & 0xff));
        }
    }

    private void endLine() {
        lines++;
        silentForOneLine = false;
        if (line.indexOf("Kernel panic") >= 0) {
            Matcher matcher = PANIC.matcher(text().strip());
            if (matcher.matches()) {
                panicEnded |= matcher.group(1) != null;
                panic = panic.isEmpty() ? matcher.group(2) : panic;
            }
        }
        line.setLength(0);
    }

    private String text() {
        return new String(line.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** Passes on what has come so far: the user should see a prompt at once. */
    void flush() {
        int count = length;
        length = 0;
        events.console(piece, 0, count);
    }

    /** From now on nothing is passed on, or all is again. */
    void silent(boolean now) {
        flush();
        silent = now;
    }

    /** Nothing is passed on to the end of the line. */
    void silentForOneLine() {
        silent(false);
        silentForOneLine = true;
    }

    /** How many lines have ended. */
    long lines() {
        return lines;
    }

    /** What stands on the line that has not ended, byte by byte; but for the question where the cursor is. */
    String unfinished() {
        return line.toString().replace(ASK_CURSOR, "");
    }

    /** Begins on the line on which another console stopped; it is not passed on. */
    void goOnWith(String unfinished) {
        line.append(unfinished);
    }

    /** Passes the unfinished line on: a prompt that the user has not seen yet. */
    void showLine() {
        byte[] bytes = unfinished().getBytes(StandardCharsets.ISO_8859_1);
        events.console(bytes, 0, bytes.length);
    }

    /** Whether the last thing printed looks like a shell's prompt. */
    boolean atPrompt() {
        int end = line.length();
        if (end >= ASK_CURSOR.length() && line.indexOf(ASK_CURSOR, end - ASK_CURSOR.length()) >= 0) {
            end -= ASK_CURSOR.length();
        }
        return end >= 2 && line.charAt(end - 1) == ' ' && "#$".indexOf(line.charAt(end - 2)) >= 0;
    }

    /** The panic's message, once there is one. */
    Optional<String> panic() {
        return panic.isEmpty() ? Optional.empty() : Optional.of(panic);
    }

    /** Whether the kernel has said that it will do nothing more after its panic. */
    boolean panicEnded() {
        return panicEnded;
    }
}
