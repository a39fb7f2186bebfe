package org.jkprobes;

/**
 * Where a probe is to be: an address, or a symbol, plus an offset. Giving both or neither is possible, and refused at registration.
 *
 * @param symbol {@code name} or {@code module:name}; empty if none is given
 * @param hasAddress whether an address is given
 * @param address the address, 0 if none is given
 * @param offset bytes to add
 */
public record Location(String symbol, boolean hasAddress, long address, long offset) {
    /** Neither address nor symbol. */
    static final Location NOWHERE = new Location("", false, 0, 0);

    /**
     * Reads {@code SYMBOL}, {@code SYMBOL+OFFSET}, {@code MODULE:SYMBOL+OFFSET} or an address; numbers are decimal or {@code 0x…}.
     *
     * @throws IllegalArgumentException with one line that says what is wrong
     */
    public static Location parse(String text) {
        String trimmed = text.strip();
        if (trimmed.isEmpty()) {
            throw new IllegalArgumentException("a probe point is SYMBOL, SYMBOL+OFFSET or an address, not nothing");
        }
        if (Character.isDigit(trimmed.charAt(0))) {
            return new Location("", true, number(trimmed, text), 0);
        }
        int plus = trimmed.lastIndexOf('+');
        if (plus < 0) {
            return new Location(trimmed, false, 0, 0);
        }
        String symbol = trimmed.substring(0, plus);
        if (symbol.isEmpty()) {
            throw new IllegalArgumentException("no symbol before the + in: " + text);
        }
        return new Location(symbol, false, 0, number(trimmed.substring(plus + 1), text));
    }

    private static long number(String digits, String text) {
        try {
            return digits.startsWith("0x") || digits.startsWith("0X")
                    ? Long.parseUnsignedLong(digits.substring(2), 16)
                    : Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a number: '" + digits + "' in the probe point " + text, e);
        }
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        String base = hasAddress ? "0x" + Long.toHexString(address) : symbol;
        if (hasAddress && !symbol.isEmpty()) {
            base = symbol + " at " + base;
        }
        return offset == 0 ? base : base + "+0x" + Long.toHexString(offset);
    }
}
