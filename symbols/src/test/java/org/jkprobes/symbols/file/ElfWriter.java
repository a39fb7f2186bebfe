package org.jkprobes.symbols.file;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.target.Symbol;

/** An ELF file with nothing but a symbol table, its names, and the headers of four sections. */
final class ElfWriter {
    private static final List<Character> SECTION_TYPES = List.of('?', 'T', 'R', 'D', 'B');

    private ElfWriter() {}

    static byte[] write(List<Symbol> symbols, DataModel model) {
        boolean wide = model.wordSize() == 8;
        ByteArrayOutputStream names = new ByteArrayOutputStream();
        names.write(0);
        int entry = wide ? 24 : 16;
        ByteBuffer table = ByteBuffer.allocate(entry * (symbols.size() + 1)).order(model.byteOrder());
        table.position(entry);
        for (Symbol symbol : symbols) {
            char upper = Character.toUpperCase(symbol.type());
            int binding = upper == 'W' ? 2 : Character.isLowerCase(symbol.type()) ? 0 : 1;
            int info = binding << 4 | (upper == 'T' || upper == 'W' ? 2 : 1);
            int section = upper == 'A' ? 0xfff1 : Math.max(1, SECTION_TYPES.indexOf(upper));
            table.putInt(names.size());
            if (wide) {
                table.put((byte) info).put((byte) 0).putShort((short) section);
                table.putLong(symbol.address()).putLong(0);
            } else {
                table.putInt((int) symbol.address()).putInt(0);
                table.put((byte) info).put((byte) 0).putShort((short) section);
            }
            names.writeBytes(symbol.name().getBytes(StandardCharsets.UTF_8));
            names.write(0);
        }
        int headerSize = wide ? 64 : 52;
        int sectionSize = wide ? 64 : 40;
        ByteBuffer file = ByteBuffer.allocate(headerSize + table.limit() + names.size() + 7 * sectionSize)
                .order(model.byteOrder());
        file.put(new byte[] {0x7f, 'E', 'L', 'F', (byte) (wide ? 2 : 1)});
        file.put((byte) (model.byteOrder().equals(java.nio.ByteOrder.BIG_ENDIAN) ? 2 : 1));
        int sections = headerSize + table.limit() + names.size();
        if (wide) {
            file.putLong(40, sections);
        } else {
            file.putInt(32, sections);
        }
        file.putShort(wide ? 58 : 46, (short) sectionSize).putShort(wide ? 60 : 48, (short) 7);
        file.position(headerSize);
        file.put(table.array()).put(names.toByteArray());
        section(file, wide, 0, 0, 0, 0, 0);
        section(file, wide, 1, 6, 0, 0, 0);
        section(file, wide, 1, 2, 0, 0, 0);
        section(file, wide, 1, 3, 0, 0, 0);
        section(file, wide, 8, 3, 0, 0, 0);
        section(file, wide, 2, 0, headerSize, table.limit(), 6);
        section(file, wide, 3, 0, headerSize + table.limit(), names.size(), 0);
        return file.array();
    }

    private static void section(ByteBuffer file, boolean wide, int type, long flags, long offset, long size, int link) {
        int at = file.position();
        file.putInt(at + 4, type);
        if (wide) {
            file.putLong(at + 8, flags)
                    .putLong(at + 24, offset)
                    .putLong(at + 32, size)
                    .putInt(at + 40, link);
        } else {
            file.putInt(at + 8, (int) flags).putInt(at + 16, (int) offset).putInt(at + 20, (int) size);
            file.putInt(at + 24, link);
        }
        file.position(at + (wide ? 64 : 40));
    }
}
