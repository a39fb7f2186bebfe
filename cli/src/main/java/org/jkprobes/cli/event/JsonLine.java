package org.jkprobes.cli.event;

/**
 * Writes one JSON value on one line (RFC 8259). Calls must nest as JSON does; strings may hold anything, a lone surrogate
 * becomes U+FFFD, since UTF-8 has no form for it.
 */
public final class JsonLine {
    private final StringBuilder text = new StringBuilder(256);

    /** Begins an object as the whole value or as an element of an array. */
    public JsonLine object() {
        separate();
        text.append('{');
        return this;
    }

    public JsonLine object(String name) {
        name(name);
        text.append('{');
        return this;
    }

    public JsonLine array(String name) {
        name(name);
        text.append('[');
        return this;
    }

    public JsonLine endObject() {
        text.append('}');
        return this;
    }

    public JsonLine endArray() {
        text.append(']');
        return this;
    }

    public JsonLine field(String name, String value) {
        name(name);
        quote(value);
        return this;
    }

    public JsonLine field(String name, long value) {
        name(name);
        text.append(value);
        return this;
    }

    public JsonLine field(String name, boolean value) {
        name(name);
        text.append(value);
        return this;
    }

    /** A string {@code "0x…"}: JSON's readers keep only 53 bits of a number. */
    public JsonLine hexField(String name, long value) {
        return field(name, "0x" + Long.toHexString(value));
    }

    /** The line so far, ended with a line feed. */
    public String line() {
        return text + "\n";
    }

    private void name(String name) {
        separate();
        quote(name);
        text.append(':');
    }

    private void separate() {
        if (!text.isEmpty()) {
            char last = text.charAt(text.length() - 1);
            if (last != '{' && last != '[' && last != ':') {
                text.append(',');
            }
        }
    }

    private void quote(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < 0x20 || c == 0x7f) {
                        text.append(String.format("\\u%04x", (int) c));
                    } else if (Character.isHighSurrogate(c)
                            && i + 1 < value.length()
                            && Character.isLowSurrogate(value.charAt(i + 1))) {
                        text.append(c).append(value.charAt(++i));
                    } else {
                        text.append(Character.isSurrogate(c) ? '\ufffd' : c);
                    }
                }
            }
        }
        text.append('"');
    }
}
