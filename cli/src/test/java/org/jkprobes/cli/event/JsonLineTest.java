package org.jkprobes.cli.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JsonLineTest {
    @Test
    void objectsArraysAndValuesAreSeparated() {
        String line = new JsonLine()
                .object()
                .field("a", "x")
                .object("b")
                .endObject()
                .array("c")
                .object()
                .field("d", -1)
                .field("e", true)
                .endObject()
                .object()
                .hexField("f", 0xffffffff80101234L)
                .endObject()
                .endArray()
                .array("g")
                .endArray()
                .endObject()
                .line();
        assertThat(line)
                .isEqualTo(
                        "{\"a\":\"x\",\"b\":{},\"c\":[{\"d\":-1,\"e\":true},{\"f\":\"0xffffffff80101234\"}],\"g\":[]}\n");
    }

    /** RFC 8259, section 7: quotation mark, reverse solidus and controls must be escaped; nothing else need be. */
    @Test
    void everyCharacterIsWrittenAsTheRfcAsks() {
        for (int c = 0; c <= 0xffff; c++) {
            String text = Character.toString(c);
            String written =
                    new JsonLine().object().field("k", text).endObject().line();
            String inner = written.substring("{\"k\":\"".length(), written.length() - "\"}\n".length());
            String expected = Character.isSurrogate((char) c) ? "\ufffd" : text;
            assertThat(unescape(inner)).as("U+%04X", c).isEqualTo(expected);
            assertThat(written.chars().limit(written.length() - 1)).allMatch(w -> w >= 0x20);
        }
    }

    @Test
    void charactersBeyondTheBasicPlaneStayWhole() {
        assertThat(new JsonLine()
                        .object()
                        .field("k", "a\ud83d\ude00b\ud83d")
                        .endObject()
                        .line())
                .isEqualTo("{\"k\":\"a\ud83d\ude00b\ufffd\"}\n");
    }

    @Test
    void namesAreEscapedToo() {
        assertThat(new JsonLine().object().field("a\"b", 1).endObject().line()).isEqualTo("{\"a\\\"b\":1}\n");
    }

    /** What a JSON reader makes of the inside of a string; fails on a quotation mark that is not escaped. */
    private static String unescape(String inner) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < inner.length(); i++) {
            char c = inner.charAt(i);
            assertThat(c).isNotEqualTo('"');
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char escape = inner.charAt(++i);
            switch (escape) {
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case '"', '\\' -> text.append(escape);
                case 'u' -> {
                    text.append((char) Integer.parseInt(inner.substring(i + 1, i + 5), 16));
                    i += 4;
                }
                default -> throw new AssertionError("no such escape: \\" + escape);
            }
        }
        return text.toString();
    }
}
