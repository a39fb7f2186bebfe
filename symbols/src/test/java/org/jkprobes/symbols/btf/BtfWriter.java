package org.jkprobes.symbols.btf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes BTF as Documentation/bpf/btf.rst describes it. */
final class BtfWriter {
    private final ByteOrder order;
    private final ByteArrayOutputStream types = new ByteArrayOutputStream();
    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
    private int count;

    BtfWriter(ByteOrder order) {
        this.order = order;
        strings.write(0);
    }

    private byte[] words(int... words) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * words.length).order(order);
        for (int word : words) {
            bytes.putInt(word);
        }
        return bytes.array();
    }

    int string(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        int at = strings.size();
        strings.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        strings.write(0);
        return at;
    }

    /** Returns the type's number. */
    int type(int kind, String name, int elements, int sizeOrType, int... more) {
        types.writeBytes(words(string(name), kind << 24 | elements, sizeOrType));
        types.writeBytes(words(more));
        return ++count;
    }

    /** @param parameters name and type in turn */
    int prototype(int returns, Object... parameters) {
        int[] more = new int[parameters.length];
        for (int i = 0; i < more.length; i++) {
            more[i] = parameters[i] instanceof String name ? string(name) : (Integer) parameters[i];
        }
        return type(Kind.PROTOTYPE, "", more.length / 2, returns, more);
    }

    byte[] section() {
        ByteBuffer section =
                ByteBuffer.allocate(24 + types.size() + strings.size()).order(order);
        section.putShort((short) 0xeb9f).put((byte) 1).put((byte) 0);
        section.putInt(24).putInt(0).putInt(types.size()).putInt(types.size()).putInt(strings.size());
        return section.put(types.toByteArray()).put(strings.toByteArray()).array();
    }
}
