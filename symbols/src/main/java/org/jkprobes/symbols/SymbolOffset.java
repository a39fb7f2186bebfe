package org.jkprobes.symbols;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a user writes for a place in the kernel: {@code symbol}, {@code symbol+16}, {@code symbol+0x10},
 * {@code module:symbol+0x10}.
 *
 * @param module the module to look in; empty for anywhere
 * @param offset bytes from the symbol, never negative
 */
public record SymbolOffset(String module, String symbol, long offset) {
    // Beyond the largest kernel; it also keeps the sum with an address from wrapping.
    private static final long MAX_OFFSET = 1L << 30;
    private static final int MAX_LENGTH = 1024;
    private static final Pattern FORM = Pattern.compile(
            "(?:([A-Za-z0-9_-]+):)?([A-Za-z_.$][A-Za-z0-9_.$@]*)(?:\\+(0[xX][0-9a-fA-F]{1,16}|[0-9]{1,18}))?");

    /**
     * Reads a place.
     *
     * @throws SymbolException when the text has none of the forms above
     */
    public static SymbolOffset parse(String text) {
        Matcher matcher = FORM.matcher(text.length() > MAX_LENGTH ? "" : text);
        if (!matcher.matches()) {
            throw new SymbolException("\"" + Printable.of(text) + "\" is not a symbol, symbol+offset or module:symbol");
        }
        String module = matcher.group(1) == null ? "" : matcher.group(1);
        return new SymbolOffset(module, matcher.group(2), matcher.group(3) == null ? 0 : number(matcher.group(3)));
    }

    private static long number(String digits) {
        boolean hexadecimal = digits.startsWith("0x") || digits.startsWith("0X");
        long value = hexadecimal ? Long.parseUnsignedLong(digits.substring(2), 16) : Long.parseLong(digits);
        if (value < 0 || value > MAX_OFFSET) {
            throw new SymbolException("offset " + digits + " is larger than any kernel");
        }
        return value;
    }

    /** {@code symbol+0x10}, or {@code symbol} at offset 0. */
    @Override
    public String toString() {
        return (module.isEmpty() ? "" : module + ":") + symbol + (offset == 0 ? "" : "+0x" + Long.toHexString(offset));
    }
}
