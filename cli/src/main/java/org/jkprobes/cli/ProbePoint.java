package org.jkprobes.cli;

import org.jkprobes.symbols.SymbolException;
import org.jkprobes.symbols.SymbolOffset;

/** Where a probe goes, as written on the command line: {@code SYMBOL}, {@code SYMBOL+OFFSET} or {@code 0xADDRESS}. */
public sealed interface ProbePoint {
    /** A place in a function. */
    record InSymbol(SymbolOffset place) implements ProbePoint {
        @Override
        public String toString() {
            return place.toString();
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
     * @throws UserError if the text is none
     */
    static ProbePoint parse(String text) {
        if (text.matches("0[xX][0-9a-fA-F]{1,16}")) {
            return new AtAddress(Long.parseUnsignedLong(text.substring(2), 16));
        }
        if (text.matches("[0-9].*")) {
            throw new UserError("'" + text + "' is not an address: those are hexadecimal, with 0x in front");
        }
        try {
            return new InSymbol(SymbolOffset.parse(text));
        } catch (SymbolException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }
}
