package org.jkprobes.gdb.client;

/** Numbers and bytes as packets carry them. */
final class Hex {
    private static final byte[] DIGITS = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };

    /** What a character stands for, or -1. */
    private static final byte[] VALUES = new byte[128];

    static {
        for (int i = 0; i < VALUES.length; i++) {
            VALUES[i] = (byte) (i == 'x' ? 0 : Character.digit(i, 16));
        }
    }

    private Hex() {}

    /** @throws StubException if it is no number of 1 to 16 digits */
    static long number(String text) {
        if (!text.matches("[0-9a-fA-F]{1,16}")) {
            throw new StubException("the stub sends '" + Text.shown(text) + "' for a number");
        }
        return Long.parseUnsignedLong(text, 16);
    }

    /** Two digits a byte; returns the length. */
    static int encode(byte[] from, int offset, int length, byte[] into, int at) {
        for (int i = 0; i < length; i++) {
            into[at + 2 * i] = DIGITS[from[offset + i] >> 4 & 15];
            into[at + 2 * i + 1] = DIGITS[from[offset + i] & 15];
        }
        return 2 * length;
    }

    static String encode(byte[] bytes) {
        byte[] digits = new byte[2 * bytes.length];
        encode(bytes, 0, bytes.length, digits, 0);
        return new String(digits, java.nio.charset.StandardCharsets.US_ASCII);
    }

    /** Decodes pairs of digits; {@code x} counts as 0: a value the stub does not have. Returns how many bytes, or -1 at anything else. */
    static int decode(byte[] digits, int from, int to, byte[] into, int offset, int most) {
        int count = Math.min(most, to - from >> 1);
        for (int i = 0; i < count; i++) {
            int high = digit(digits[from + 2 * i]);
            int low = digit(digits[from + 2 * i + 1]);
            if ((high | low) < 0) {
                return -1;
            }
            into[offset + i] = (byte) (high << 4 | low);
        }
        return count;
    }

    private static int digit(byte b) {
        return b < 0 ? -1 : VALUES[b];
    }

    /** What a stub has sent, fit for a message. */
    static final class Text {
        private Text() {}

        static String shown(String text) {
            String plain = text.replaceAll("[^ -~]", "?");
            return plain.length() > 40 ? plain.substring(0, 40) + "…" : plain;
        }
    }
}
