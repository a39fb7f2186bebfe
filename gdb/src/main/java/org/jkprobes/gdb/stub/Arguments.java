package org.jkprobes.gdb.stub;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** A packet, read from its start. What is not as expected is a {@link Malformed}. */
final class Arguments {
    /** The packet makes no sense. */
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }

    private final byte[] packet;
    private int at;

    Arguments(byte[] packet, int from) {
        this.packet = packet;
        at = from;
    }

    boolean atEnd() {
        return at >= packet.length;
    }

    /** Takes a character if it is the next. */
    boolean take(char wanted) {
        boolean is = at < packet.length && packet[at] == wanted;
        at += is ? 1 : 0;
        return is;
    }

    void expect(char wanted) {
        if (!take(wanted)) {
            throw new Malformed("no '" + wanted + "' at " + at);
        }
    }

    /** The next character. */
    char next() {
        if (atEnd()) {
            throw new Malformed("it ends too early");
        }
        return (char) (packet[at++] & 0xff);
    }

    /** A hexadecimal number of 64 bits at most. */
    long number() {
        long value = 0;
        int start = at;
        while (at < packet.length && Character.digit(packet[at], 16) >= 0) {
            value = value << 4 | Character.digit(packet[at++], 16);
        }
        if (at == start || at - start > 16) {
            throw new Malformed("no number at " + start);
        }
        return value;
    }

    /** A number in a range. */
    int number(int least, int most) {
        long value = number();
        if (value < least || value > most) {
            throw new Malformed("a number out of range: " + Long.toHexString(value));
        }
        return (int) value;
    }

    /** Bytes in hexadecimal, to the end. */
    byte[] hex() {
        try {
            return HexFormat.of().parseHex(rest());
        } catch (IllegalArgumentException e) {
            throw new Malformed("no hexadecimal digits");
        }
    }

    /** The bytes from here to the end. */
    byte[] bytes() {
        return Arrays.copyOfRange(packet, Math.min(at, packet.length), packet.length);
    }

    String rest() {
        return new String(bytes(), StandardCharsets.ISO_8859_1);
    }

    /** What comes before a character, which is skipped; or all that is left. */
    String until(char end) {
        int start = at;
        while (at < packet.length && packet[at] != end) {
            at++;
        }
        String text = new String(packet, start, at - start, StandardCharsets.ISO_8859_1);
        at++;
        return text;
    }
}
