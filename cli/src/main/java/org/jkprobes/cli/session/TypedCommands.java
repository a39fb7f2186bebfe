package org.jkprobes.cli.session;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Shell commands for a guest that already waits at a shell: typed as a file, piece by piece, so that they may hold anything, may read
 * the console themselves, and are no longer than a line that the shell can edit. The typing runs no program: probes see none.
 */
final class TypedCommands {
    static final String FILE = "/etc/commands";

    /** Runs the file in place of the shell; then init powers off, as after commands that it was booted with. */
    static final String START = "cd /; exec sh " + FILE + "\n";

    private static final int LONGEST_PIECE = 400;
    private static final String PLAIN = " /.,_-=:;";

    private TypedCommands() {}

    /** The lines to type, each once the shell has taken the one before. */
    static List<String> writing(String commands) {
        List<String> lines = new ArrayList<>();
        StringBuilder piece = new StringBuilder();
        for (byte value : (commands + "\n").getBytes(StandardCharsets.UTF_8)) {
            if (piece.length() > LONGEST_PIECE) {
                lines.add(line(piece, lines.isEmpty()));
                piece.setLength(0);
            }
            if (value > 0 && value < 0x7f && (Character.isLetterOrDigit(value) || PLAIN.indexOf(value) >= 0)) {
                piece.append((char) value);
            } else {
                piece.append("\\%03o".formatted(value & 0xff));
            }
        }
        lines.add(line(piece, lines.isEmpty()));
        return lines;
    }

    /** {@code printf} is the shell's own. */
    private static String line(StringBuilder piece, boolean first) {
        return "printf '" + piece + "' " + (first ? ">" : ">>") + FILE + "\n";
    }
}
