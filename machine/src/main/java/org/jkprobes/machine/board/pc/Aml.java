package org.jkprobes.machine.board.pc;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Pieces of AML, the byte code of ACPI, enough for names, scopes, devices and resources. Source: ACPI specification 2.0, chapters 6.4 and 17. */
final class Aml {
    private static final int ROOT_PREFIX = 0x5c;

    private Aml() {}

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    /** A name of up to four characters; a leading backslash puts it at the root. */
    private static byte[] nameString(String name) {
        boolean root = name.startsWith("\\");
        String segment = root ? name.substring(1) : name;
        byte[] padded = (segment + "____").substring(0, 4).getBytes(StandardCharsets.US_ASCII);
        return root ? join(bytes(ROOT_PREFIX), padded) : padded;
    }

    /** A length that counts itself: in one byte up to 63, else in two or three. */
    private static byte[] counted(byte[] contents) {
        int one = contents.length + 1;
        if (one < 0x40) {
            return join(bytes(one), contents);
        }
        int two = contents.length + 2;
        if (two < 0x1000) {
            return join(bytes(0x40 | two & 0xf, two >> 4), contents);
        }
        int three = contents.length + 3;
        return join(bytes(0x80 | three & 0xf, three >> 4 & 0xff, three >> 12), contents);
    }

    static byte[] scope(String name, byte[]... contents) {
        return join(bytes(0x10), counted(join(nameString(name), join(contents))));
    }

    static byte[] device(String name, byte[]... contents) {
        return join(bytes(0x5b, 0x82), counted(join(nameString(name), join(contents))));
    }

    static byte[] name(String name, byte[] value) {
        return join(bytes(0x08), nameString(name), value);
    }

    static byte[] integer(int value) {
        if (value == 0 || value == 1) {
            return bytes(value);
        }
        if (value > 0 && value < 0x100) {
            return bytes(0x0a, value);
        }
        return join(bytes(0x0c), little(4).putInt(value).array());
    }

    static byte[] pack(byte[]... elements) {
        return join(bytes(0x12), counted(join(bytes(elements.length), join(elements))));
    }

    /** An identifier such as "PNP0A03": three letters of 5 bits, four digits of 4. */
    static byte[] eisaId(String id) {
        int letters = (id.charAt(0) - '@') << 10 | (id.charAt(1) - '@') << 5 | (id.charAt(2) - '@');
        return integer(Integer.reverseBytes(letters << 16 | Integer.parseInt(id.substring(3), 16)));
    }

    /** A buffer of resource descriptors, ended. */
    static byte[] resources(byte[]... descriptors) {
        byte[] all = join(join(descriptors), bytes(0x79, 0));
        return join(bytes(0x11), counted(join(integer(all.length), all)));
    }

    /** Fixed ports. */
    static byte[] ports(int first, int count) {
        return little(8)
                .put((byte) 0x47)
                .put((byte) 1)
                .putShort((short) first)
                .putShort((short) first)
                .put((byte) 1)
                .put((byte) count)
                .array();
    }

    /** An edge-triggered ISA interrupt. */
    static byte[] interrupt(int irq) {
        return little(3).put((byte) 0x22).putShort((short) (1 << irq)).array();
    }

    /** The bus numbers that a bridge passes on. */
    static byte[] busWindow(int first, int last) {
        return wordWindow(2, 0, first, last);
    }

    /** The ports that a bridge passes on. */
    static byte[] portWindow(int first, int last) {
        return wordWindow(1, 3, first, last);
    }

    private static byte[] wordWindow(int type, int flags, int first, int last) {
        return little(16)
                .put((byte) 0x88)
                .putShort((short) 13)
                .put((byte) type)
                .put((byte) 0x0c)
                .put((byte) flags)
                .putShort((short) 0)
                .putShort((short) first)
                .putShort((short) last)
                .putShort((short) 0)
                .putShort((short) (last - first + 1))
                .array();
    }

    /** The memory addresses, below 4 GiB, that a bridge passes on. */
    static byte[] memoryWindow(long first, long last) {
        return little(26)
                .put((byte) 0x87)
                .putShort((short) 23)
                .put((byte) 0)
                .put((byte) 0x0c)
                .put((byte) 1)
                .putInt(0)
                .putInt((int) first)
                .putInt((int) last)
                .putInt(0)
                .putInt((int) (last - first + 1))
                .array();
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
