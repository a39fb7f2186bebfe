package org.jkprobes.symbols.file;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.SymbolException;
import org.jkprobes.target.Symbol;

/** Lines of {@code address type name}, as nm and {@code /proc/kallsyms} print them. */
final class SystemMap {
    // Twenty times the largest distribution kernel's.
    private static final long LARGEST = 256L << 20;
    private static final int LONGEST_LINE = 2048;

    private SystemMap() {}

    static List<Symbol> read(FileChannel channel, String file, DataModel model) throws IOException {
        if (channel.size() > LARGEST) {
            throw new SymbolException(file + " is too large for a System.map, and no ELF file");
        }
        List<Symbol> symbols = new ArrayList<>();
        try (InputStream bytes = new BufferedInputStream(Channels.newInputStream(channel.position(0)), 1 << 16)) {
            StringBuilder line = new StringBuilder();
            int number = 1;
            int next = bytes.read();
            while (next >= 0) {
                if (next == '\n') {
                    take(line.toString(), file, number++, model, symbols);
                    line.setLength(0);
                } else if (line.length() == LONGEST_LINE) {
                    throw notASymbol(file, number);
                } else {
                    line.append((char) next);
                }
                next = bytes.read();
            }
            take(line.toString(), file, number, model, symbols);
        }
        return symbols;
    }

    private static void take(String line, String file, int number, DataModel model, List<Symbol> symbols) {
        if (line.contains("The real System.map is in")) {
            throw new SymbolException(file + " is the stub Debian ships; the real System.map is in the package"
                    + " linux-image-…-dbg of the same version");
        }
        int length = line.endsWith("\r") ? line.length() - 1 : line.length();
        if (length == 0) {
            return;
        }
        int space = line.indexOf(' ');
        boolean shaped = space >= 1 && space <= 16 && length > space + 3 && line.charAt(space + 2) == ' ';
        String name = shaped ? line.substring(space + 3, length) : "";
        if (!shaped || !isHexadecimal(line, space) || !isLetter(line.charAt(space + 1))) {
            throw notASymbol(file, number);
        }
        if (name.indexOf('\t') >= 0) {
            // A module's symbol in a copy of /proc/kallsyms: it will be elsewhere now.
            return;
        }
        if (!isName(name)) {
            throw notASymbol(file, number);
        }
        long address = Long.parseUnsignedLong(line, 0, space, 16);
        if (model.wordSize() == 4 && address >>> 32 != 0) {
            throw new SymbolException(file + " is of a 64-bit kernel, this one has 32 bits");
        }
        if (symbols.size() == SymbolFile.MOST_SYMBOLS) {
            throw new SymbolException(file + " has too many symbols");
        }
        symbols.add(new Symbol(name, address, 1, "", line.charAt(space + 1)));
    }

    private static SymbolException notASymbol(String file, int number) {
        return new SymbolException("%s line %d is not \"address type name\": neither a System.map nor an ELF file"
                .formatted(file, number));
    }

    private static boolean isHexadecimal(String line, int end) {
        for (int i = 0; i < end; i++) {
            if (Character.digit(line.charAt(i), 16) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetter(char type) {
        return type >= 'A' && type <= 'Z' || type >= 'a' && type <= 'z' || type == '?' || type == '-';
    }

    private static boolean isName(String name) {
        return name.chars().allMatch(c -> c > ' ' && c != 0x7f);
    }
}
