package org.jkprobes.symbols;

/** Text from outside made fit for one line of an error message. */
final class Printable {
    private static final int LONGEST = 60;

    private Printable() {}

    static String of(String text) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < text.length() && i < LONGEST; i++) {
            char c = text.charAt(i);
            line.append(c < ' ' || c == 0x7f || Character.isSurrogate(c) ? '?' : c);
        }
        return text.length() > LONGEST ? line + "…" : line.toString();
    }
}
