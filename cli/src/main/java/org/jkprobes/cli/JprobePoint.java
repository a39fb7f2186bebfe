package org.jkprobes.cli;

import java.util.OptionalInt;

/**
 * A function and how many of its arguments are shown, as written on the command line: {@code SYMBOL} or {@code SYMBOL:COUNT}.
 *
 * @param arguments 0 to {@link #MOST}; empty for as many as the kernel's BTF tells, or else {@link #USUAL}: symbols do not tell
 */
public record JprobePoint(ProbePoint place, OptionalInt arguments) {
    /** As many as can be shown. */
    public static final int MOST = 12;

    /** Shown of a function whose parameters are not known. */
    public static final int USUAL = 4;

    /**
     * Reads one.
     *
     * @throws UserError if the text is none
     */
    public static JprobePoint parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            return new JprobePoint(ProbePoint.parse(text), OptionalInt.empty());
        }
        String count = text.substring(colon + 1);
        if (!count.matches("[0-9]{1,2}") || Integer.parseInt(count) > MOST) {
            throw new UserError("'" + text + "': behind the colon stands a number of arguments, 0 to " + MOST);
        }
        return new JprobePoint(ProbePoint.parse(text.substring(0, colon)), OptionalInt.of(Integer.parseInt(count)));
    }

    @Override
    public String toString() {
        return place.toString();
    }
}
