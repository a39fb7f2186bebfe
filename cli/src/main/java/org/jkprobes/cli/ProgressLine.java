package org.jkprobes.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jkprobes.images.Progress;

/**
 * Shows the steps of long work on stderr: on a terminal in one line that is taken away at the end, elsewhere each on a line of
 * its own. Results on stdout stay clean.
 */
public final class ProgressLine implements Progress, AutoCloseable {
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintWriter err;
    private final boolean terminal;
    private boolean shown;

    public ProgressLine(PrintWriter err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    /** On this process's stderr. */
    public static ProgressLine ofHost() {
        return new ProgressLine(new PrintWriter(System.err, true, StandardCharsets.UTF_8), Terminals.stderr());
    }

    @Override
    public void step(String text) {
        if (terminal) {
            err.print(CLEAR_LINE + text + " …");
            shown = true;
        } else {
            err.println("jkprobes: " + text);
        }
        err.flush();
    }

    /** A step that takes about a second: shown on a terminal only. */
    public void brief(String text) {
        if (terminal) {
            step(text);
        }
    }

    /** Takes the line away, if there is one; the next step shows another. */
    public void clear() {
        if (shown) {
            err.print(CLEAR_LINE);
            err.flush();
            shown = false;
        }
    }

    @Override
    public void close() {
        clear();
    }
}
