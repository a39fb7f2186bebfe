package org.jkprobes.symbols.btf;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.SymbolException;

/** The types of a BTF section by their numbers, and its strings: read with bounds, whatever the bytes are. */
final class TypeTable {
    static final int MAGIC = 0xeb9f;
    static final int HEADER_BYTES = 24;

    private static final int VERSION = 1;
    private static final int LONGEST_HEADER = 4096;
    private static final int TYPE_BYTES = 12;
    /** {@code KSYM_NAME_LEN}. */
    private static final int LONGEST_NAME = 512;

    private final ByteBuffer bytes;
    private final DataModel model;
    private final int strings;
    private final int stringsEnd;
    /** Where each type is; that of type 0, which is void, is not looked at. */
    private final int[] places;

    /** @throws SymbolException if it is damaged */
    TypeTable(byte[] section, DataModel model) {
        bytes = ByteBuffer.wrap(section).order(model.byteOrder());
        this.model = model;
        if (section.length < HEADER_BYTES || u16(0) != MAGIC) {
            throw damaged("it has no header");
        }
        if (section[2] != VERSION) {
            throw damaged("version " + section[2] + " is not known");
        }
        long header = u32(4);
        long types = header + u32(8);
        long typesEnd = types + u32(12);
        long names = header + u32(16);
        long namesEnd = names + u32(20);
        if (header < HEADER_BYTES
                || header > LONGEST_HEADER
                || typesEnd > section.length
                || namesEnd > section.length) {
            throw damaged("its header leads out of it");
        }
        if (namesEnd == names || section[(int) names] != 0 || section[(int) namesEnd - 1] != 0) {
            throw damaged("its strings do not begin and end with a 0");
        }
        strings = (int) names;
        stringsEnd = (int) namesEnd;
        places = places((int) types, (int) typesEnd);
    }

    private int[] places(int from, int end) {
        int[] found = new int[1 + (end - from) / TYPE_BYTES];
        int count = 1;
        long at = from;
        while (at < end) {
            if (at + TYPE_BYTES > end) {
                throw damaged("its last type is cut off");
            }
            found[count++] = (int) at;
            at += TYPE_BYTES + more((int) at);
        }
        if (at != end) {
            throw damaged("its last type is cut off");
        }
        return Arrays.copyOf(found, count);
    }

    /** Bytes that follow a type's first three words. */
    private long more(int place) {
        int kind = kindAt(place);
        long each = Kind.eachBytes(kind);
        if (each < 0) {
            throw damaged("kind of type " + kind + " is not known");
        }
        return Kind.moreBytes(kind) + each * (bytes.getInt(place + 4) & 0xffff);
    }

    static SymbolException damaged(String how) {
        return new SymbolException("the kernel's BTF is damaged: " + how);
    }

    DataModel model() {
        return model;
    }

    /** Numbers are below this; type 0 is void. */
    int size() {
        return places.length;
    }

    private int place(int type) {
        if (type <= 0 || type >= places.length) {
            throw damaged("there is no type " + Integer.toUnsignedString(type));
        }
        return places[type];
    }

    private int kindAt(int place) {
        return bytes.getInt(place + 4) >>> 24 & 31;
    }

    /** One of {@link Kind}; {@link Kind#VOID} for type 0. */
    int kind(int type) {
        return type == 0 ? Kind.VOID : kindAt(place(type));
    }

    /** The flag whose meaning depends on the kind. */
    boolean flag(int type) {
        return bytes.getInt(place(type) + 4) < 0;
    }

    /** How many members, parameters, … it has. */
    int count(int type) {
        return bytes.getInt(place(type) + 4) & 0xffff;
    }

    /** The type it refers to, or its size in bytes. */
    int sizeOrType(int type) {
        return bytes.getInt(place(type) + 8);
    }

    /** A word of those that follow the first three; the caller knows by the kind that it is there. */
    int word(int type, int number) {
        return bytes.getInt(place(type) + TYPE_BYTES + 4 * number);
    }

    /** Empty if it has none. */
    String name(int type) {
        return string(bytes.getInt(place(type)));
    }

    String string(int offset) {
        long from = strings + (offset & 0xffff_ffffL);
        if (from >= stringsEnd) {
            throw damaged("a name lies outside its strings");
        }
        int end = (int) from;
        while (bytes.get(end) != 0) { // the last string ends with a 0
            end++;
        }
        if (end - from > LONGEST_NAME) {
            throw damaged("a name of " + (end - from) + " bytes");
        }
        return new String(bytes.array(), (int) from, end - (int) from, StandardCharsets.UTF_8);
    }

    private int u16(int at) {
        return bytes.getShort(at) & 0xffff;
    }

    private long u32(int at) {
        return bytes.getInt(at) & 0xffff_ffffL;
    }
}
