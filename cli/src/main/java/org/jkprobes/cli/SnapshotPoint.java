package org.jkprobes.cli;

/** When a run saves its snapshot: {@code shell}, a number of guest instructions ({@code 700M}), or a probe point. */
public sealed interface SnapshotPoint {
    /** When the guest's init has started and is about to run its shell or commands. */
    record AtShell() implements SnapshotPoint {}

    /** After this many guest instructions since power-on. */
    record AfterInstructions(long instructions) implements SnapshotPoint {}

    /** When this place is first reached. */
    record AtPoint(ProbePoint point) implements SnapshotPoint {}

    /**
     * Reads a snapshot point.
     *
     * @throws UserError if the text is none
     */
    static SnapshotPoint parse(String text) {
        if (text.equals("shell")) {
            return new AtShell();
        }
        if (text.matches("[0-9_]+[kKmMgG]?")) {
            return new AfterInstructions(instructions(text));
        }
        try {
            return new AtPoint(ProbePoint.parse(text));
        } catch (UserError e) {
            throw new UserError(
                    "'" + text + "' is not 'shell', a number of instructions such as 700M, or a probe point", e);
        }
    }

    private static long instructions(String text) {
        String digits = text.replaceAll("[^0-9]", "");
        long unit = switch (Character.toLowerCase(text.charAt(text.length() - 1))) {
            case 'k' -> 1_000;
            case 'm' -> 1_000_000;
            case 'g' -> 1_000_000_000;
            default -> 1;
        };
        try {
            return Math.multiplyExact(Long.parseLong(digits), unit);
        } catch (NumberFormatException | ArithmeticException e) {
            throw new UserError("'" + text + "' instructions are too many", e);
        }
    }
}
