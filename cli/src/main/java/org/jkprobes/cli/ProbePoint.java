package org.jkprobes.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a probe goes, as written on the command line: {@code SYMBOL}, {@code SYMBOL+OFFSET} or {@code 0xADDRESS}. Offsets are
 * decimal, or hexadecimal after {@code 0x}, in bytes.
 */
public sealed interface ProbePoint {
    /** A place in a function; {@code offset} in bytes, never negative. */
    record InSymbol(String symbol, long offset) implements ProbePoint {
        @Override
        public String toString() {
            return offset == 0 ? symbol : symbol + "+0x" + Long.toHexString(offset);
        }
    }

    /** A virtual address of the guest. */
    record AtAddress(long address) implements ProbePoint {
        @Override
        public String toString() {
            return "0x" + Long.toHexString(address);
        }
    }

    /**
     * Reads a probe point.
     *
     * @throws IllegalArgumentException with a message for the user if the text is none
     */
    static ProbePoint parse(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("empty; it is SYMBOL, SYMBOL+OFFSET or 0xADDRESS");
        }
        if (Character.isDigit(text.charAt(0))) {
            return new AtAddress(number(text, "address"));
        }
        Matcher matcher = Syntax.IN_SYMBOL.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not SYMBOL, SYMBOL+OFFSET or 0xADDRESS");
        }
        String offset = matcher.group("offset");
        return new InSymbol(matcher.group("symbol"), offset == null ? 0 : number(offset, "offset"));
    }

    private static long number(String text, String what) {
        try {
            if (text.startsWith("0x") || text.startsWith("0X")) {
                return Long.parseUnsignedLong(text.substring(2), 16);
            }
            if (what.equals("address")) {
                throw new IllegalArgumentException("'" + text + "': an address is hexadecimal and starts with 0x");
            }
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not an " + what, e);
        }
    }

    /** The grammar. */
    final class Syntax {
        private static final Pattern IN_SYMBOL =
                Pattern.compile("(?<symbol>[A-Za-z_.$][\\w.$]*)(\\+(?<offset>0[xX][0-9a-fA-F]+|[0-9]+))?");

        private Syntax() {}
    }
}
