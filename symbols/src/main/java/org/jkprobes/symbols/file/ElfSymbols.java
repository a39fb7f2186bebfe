package org.jkprobes.symbols.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.SymbolException;
import org.jkprobes.target.Symbol;

/**
 * The symbol table ({@code .symtab}) of an ELF file (System V ABI, chapters 4 and 5). Only the headers and
 * the two tables are read, however large the file.
 */
final class ElfSymbols {
    private static final int SHT_SYMTAB = 2;
    private static final int SHT_NOBITS = 8;
    private static final long SHF_WRITE = 1;
    private static final long SHF_EXECINSTR = 4;
    private static final int SHN_ABS = 0xfff1;
    private static final int SHN_LORESERVE = 0xff00;
    private static final int SHN_XINDEX = 0xffff;
    private static final int STB_LOCAL = 0;
    private static final int STB_WEAK = 2;
    private static final int STT_OBJECT = 1;
    private static final int STT_SECTION = 3;
    private static final int STT_FILE = 4;
    private static final long LARGEST_TABLE = 512L << 20;
    private static final int LONGEST_NAME = 1024;

    private final FileChannel channel;
    private final String file;
    private final DataModel model;
    private final boolean wide;
    private final ByteOrder order;

    private record Section(int type, long flags, long offset, long size, int link) {}

    ElfSymbols(FileChannel channel, String file, DataModel model) throws IOException {
        this.channel = channel;
        this.file = file;
        this.model = model;
        ByteBuffer identification = bytes(0, 16, ByteOrder.LITTLE_ENDIAN);
        this.wide = identification.get(4) == 2;
        this.order = identification.get(5) == 2 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        if (model.wordSize() != (wide ? 8 : 4) || !model.byteOrder().equals(order)) {
            throw new SymbolException("%s is a %d-bit %s-endian ELF file, the kernel is %d-bit %s-endian"
                    .formatted(
                            file,
                            wide ? 64 : 32,
                            endianness(order),
                            8 * model.wordSize(),
                            endianness(model.byteOrder())));
        }
    }

    private static String endianness(ByteOrder order) {
        return order.equals(ByteOrder.BIG_ENDIAN) ? "big" : "little";
    }

    List<Symbol> read() throws IOException {
        List<Section> sections = sections();
        for (Section section : sections) {
            if (section.type == SHT_SYMTAB) {
                if (section.link < 0 || section.link >= sections.size()) {
                    throw broken("its symbol table has no names");
                }
                return symbols(section, sections.get(section.link), sections);
            }
        }
        throw new SymbolException(file + " is stripped: it has no symbol table");
    }

    private List<Section> sections() throws IOException {
        ByteBuffer header = bytes(0, wide ? 64 : 52, order);
        long offset = wide ? header.getLong(40) : header.getInt(32) & 0xffff_ffffL;
        int entry = header.getShort(wide ? 58 : 46) & 0xffff;
        int count = header.getShort(wide ? 60 : 48) & 0xffff;
        int smallest = wide ? 64 : 40;
        if (offset == 0 || count == 0) {
            return List.of();
        }
        if (entry < smallest) {
            throw broken("its section headers are too small");
        }
        ByteBuffer table = bytes(offset, (long) entry * count, order);
        List<Section> sections = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int at = i * entry;
            int type = table.getInt(at + 4);
            sections.add(
                    wide
                            ? new Section(
                                    type,
                                    table.getLong(at + 8),
                                    table.getLong(at + 24),
                                    table.getLong(at + 32),
                                    table.getInt(at + 40))
                            : new Section(
                                    type,
                                    table.getInt(at + 8),
                                    table.getInt(at + 16) & 0xffff_ffffL,
                                    table.getInt(at + 20) & 0xffff_ffffL,
                                    table.getInt(at + 24)));
        }
        return sections;
    }

    private List<Symbol> symbols(Section table, Section strings, List<Section> sections) throws IOException {
        ByteBuffer entries = bytes(table.offset, table.size, order);
        ByteBuffer names = bytes(strings.offset, strings.size, order);
        int size = wide ? 24 : 16;
        if (entries.limit() / size > SymbolFile.MOST_SYMBOLS) {
            throw broken("it has too many symbols");
        }
        List<Symbol> symbols = new ArrayList<>(entries.limit() / size);
        for (int at = 0; at + size <= entries.limit(); at += size) {
            int info = entries.get(at + (wide ? 4 : 12)) & 0xff;
            int section = entries.getShort(at + (wide ? 6 : 14)) & 0xffff;
            long value = wide ? entries.getLong(at + 8) : entries.getInt(at + 4) & 0xffff_ffffL;
            int kind = info & 15;
            if (section != 0 && kind != STT_SECTION && kind != STT_FILE) {
                String name = name(names, entries.getInt(at));
                if (isOfTheKernel(name)) {
                    char type = type(info >>> 4, kind, section, sections);
                    symbols.add(new Symbol(name, model.address(value), 1, "", type));
                }
            }
        }
        return symbols;
    }

    private String name(ByteBuffer names, int offset) {
        if (offset < 0 || offset >= names.limit()) {
            throw broken("a symbol's name lies outside its string table");
        }
        int end = offset;
        while (end < names.limit() && names.get(end) != 0 && end - offset <= LONGEST_NAME) {
            end++;
        }
        if (end == names.limit() || end - offset > LONGEST_NAME) {
            throw broken("a symbol's name does not end");
        }
        byte[] name = new byte[end - offset];
        names.get(offset, name);
        return new String(name, StandardCharsets.UTF_8);
    }

    /** Not the compiler's and assembler's own marks. */
    private static boolean isOfTheKernel(String name) {
        return !name.isEmpty()
                && !name.startsWith("$")
                && !name.startsWith(".L")
                && name.chars().allMatch(c -> c > ' ' && c != 0x7f);
    }

    /** The letter nm gives. */
    private static char type(int binding, int kind, int section, List<Section> sections) {
        char letter = 'A';
        if (binding == STB_WEAK) {
            letter = kind == STT_OBJECT ? 'V' : 'W';
        } else if (section != SHN_ABS && (section < SHN_LORESERVE || section == SHN_XINDEX)) {
            letter = section < sections.size() ? type(sections.get(section)) : '?';
        }
        return binding == STB_LOCAL ? Character.toLowerCase(letter) : letter;
    }

    private static char type(Section section) {
        if ((section.flags & SHF_EXECINSTR) != 0) {
            return 'T';
        }
        if (section.type == SHT_NOBITS) {
            return 'B';
        }
        return (section.flags & SHF_WRITE) != 0 ? 'D' : 'R';
    }

    private ByteBuffer bytes(long offset, long size, ByteOrder byteOrder) throws IOException {
        if (size < 0 || size > LARGEST_TABLE) {
            throw broken("one of its tables is too large");
        }
        if (offset < 0 || offset > channel.size() - size) {
            throw broken("it is cut short");
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) size).order(byteOrder);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                throw broken("it is cut short");
            }
        }
        return buffer.flip();
    }

    private SymbolException broken(String why) {
        return new SymbolException(file + " is a broken ELF file: " + why);
    }
}
