package org.jkprobes.symbols.btf;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.jkprobes.symbols.AddressRange;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.MemoryReader;
import org.jkprobes.symbols.SymbolException;
import org.jkprobes.target.Symbol;

/** Where in a kernel its BTF is: between two symbols; and if the kernel does not name its data, where a header of it is. */
final class BtfSearch {
    private static final int LARGEST = 64 << 20;
    private static final int CHUNK = 1 << 20;
    private static final int PAGE = 4096;

    private BtfSearch() {}

    static Optional<byte[]> find(MemoryReader memory, KernelSymbols symbols) {
        Optional<Symbol> start = symbols.find("__start_BTF");
        Optional<Symbol> stop = symbols.find("__stop_BTF");
        if (start.isEmpty() || stop.isEmpty()) {
            return search(memory, symbols);
        }
        long from = start.get().address();
        long length = stop.get().address() - from;
        if (length < TypeTable.HEADER_BYTES || length > LARGEST) {
            throw TypeTable.damaged("its symbols say that it is %d bytes long".formatted(length));
        }
        return Optional.of(
                read(memory, from, (int) length).orElseThrow(() -> TypeTable.damaged("it does not lie in memory")));
    }

    private static Optional<byte[]> read(MemoryReader memory, long from, int length) {
        byte[] section = new byte[length];
        return memory.read(from, section, 0, length) == length ? Optional.of(section) : Optional.empty();
    }

    private static Optional<byte[]> search(MemoryReader memory, KernelSymbols symbols) {
        AddressRange image = symbols.image();
        byte[] chunk = new byte[CHUNK + TypeTable.HEADER_BYTES];
        ByteBuffer bytes = ByteBuffer.wrap(chunk).order(symbols.model().byteOrder());
        long at = image.start() & -PAGE;
        while (image.contains(at) || at < image.start()) {
            int length = memory.read(at, chunk, 0, chunk.length);
            for (int i = 0; i + TypeTable.HEADER_BYTES <= length; i += 4) {
                Optional<byte[]> found = bytes.getInt(i) == header(symbols)
                        ? section(memory, symbols, at + i, bytes, i)
                        : Optional.empty();
                if (found.isPresent()) {
                    return found;
                }
            }
            at += length < chunk.length ? Math.max(PAGE, length & -PAGE) : CHUNK;
        }
        return Optional.empty();
    }

    /** Magic, version 1, no flags, as one word. */
    private static int header(KernelSymbols symbols) {
        byte[] first = {0, 0, 1, 0};
        ByteBuffer word = ByteBuffer.wrap(first).order(symbols.model().byteOrder());
        return word.putShort(0, (short) TypeTable.MAGIC).getInt(0);
    }

    /** The section that begins with this header, if it is one. */
    private static Optional<byte[]> section(
            MemoryReader memory, KernelSymbols symbols, long start, ByteBuffer bytes, int header) {
        long headerBytes = bytes.getInt(header + 4) & 0xffff_ffffL;
        long types = bytes.getInt(header + 8) & 0xffff_ffffL;
        long typesLength = bytes.getInt(header + 12) & 0xffff_ffffL;
        long strings = bytes.getInt(header + 16) & 0xffff_ffffL;
        long stringsLength = bytes.getInt(header + 20) & 0xffff_ffffL;
        long length = headerBytes + strings + stringsLength;
        if (headerBytes < TypeTable.HEADER_BYTES || types + typesLength > strings || length > LARGEST) {
            return Optional.empty();
        }
        return read(memory, start, (int) length).filter(section -> {
            try {
                return new TypeTable(section, symbols.model()).size() > 1;
            } catch (SymbolException e) {
                return false; // only looks like a header
            }
        });
    }
}
