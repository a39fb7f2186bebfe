package org.jkprobes.symbols.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.SymbolException;
import org.jkprobes.symbols.SymbolType;
import org.jkprobes.target.Symbol;

/**
 * The symbols in a System.map, a copy of {@code /proc/kallsyms}, or an ELF kernel with its symbol table.
 * Such files also name data, which many kernels do not list in their own tables.
 *
 * @param name the file's name, for messages
 * @param symbols at the addresses the file gives
 */
public record SymbolFile(String name, List<Symbol> symbols) {
    /** Ten times as many as the largest distribution kernel has. */
    static final int MOST_SYMBOLS = 2_000_000;

    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};
    /** Of the functions that both the kernel and the file name once, so many in a hundred must agree. */
    private static final int ENOUGH_PERCENT = 95;

    public SymbolFile {
        symbols = List.copyOf(symbols);
    }

    /**
     * Reads a file.
     *
     * @param model of the kernel it is for
     * @throws SymbolException when there is no such file, it cannot be read, or is no symbol file for
     *     such a kernel
     */
    public static SymbolFile read(Path file, DataModel model) {
        String name = String.valueOf(file.getFileName());
        if (Files.isDirectory(file)) {
            throw new SymbolException(name + " is a directory, not a symbol file");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer magic = ByteBuffer.allocate(ELF.length);
            channel.read(magic, 0);
            boolean elf = ByteBuffer.wrap(ELF).equals(magic.flip());
            List<Symbol> symbols =
                    elf ? new ElfSymbols(channel, name, model).read() : SystemMap.read(channel, name, model);
            if (symbols.isEmpty()) {
                throw new SymbolException(name + " has no symbols");
            }
            return new SymbolFile(name, symbols);
        } catch (NoSuchFileException e) {
            throw new SymbolException("no such file: " + name, e);
        } catch (AccessDeniedException e) {
            throw new SymbolException(name + " may not be read", e);
        } catch (IOException e) {
            throw new SymbolException(name + " cannot be read", e);
        }
    }

    /**
     * A kernel's symbols and those of this file, moved to where the kernel runs.
     *
     * @throws SymbolException when the file is of another kernel
     */
    public KernelSymbols addedTo(KernelSymbols kernel) {
        long delta = kernel.text().start() - textStart(kernel);
        requireSameKernel(kernel, delta);
        List<Symbol> moved = new ArrayList<>(symbols.size());
        for (Symbol symbol : symbols) {
            moved.add(
                    moves(symbol, kernel.model())
                            ? new Symbol(
                                    symbol.name(),
                                    kernel.model().address(symbol.address() + delta),
                                    1,
                                    "",
                                    symbol.type())
                            : symbol);
        }
        return kernel.with(moved);
    }

    private long textStart(KernelSymbols kernel) {
        Symbol first = kernel.at(kernel.text().start())
                .orElseThrow(() -> new SymbolException("the kernel does not say where its text begins"));
        return symbols.stream()
                .filter(symbol -> symbol.name().equals(first.name()))
                .mapToLong(Symbol::address)
                .findFirst()
                .orElseThrow(
                        () -> new SymbolException(name + " does not belong to this kernel: it has no " + first.name()));
    }

    /** Per-CPU offsets and other numbers stay as they are when a kernel moves. */
    private static boolean moves(Symbol symbol, DataModel model) {
        boolean kernelAddress = model.wordSize() == 8 ? symbol.address() < 0 : symbol.address() >= 0x4000_0000L;
        return kernelAddress && !SymbolType.isAbsolute(symbol.type());
    }

    private void requireSameKernel(KernelSymbols kernel, long delta) {
        Map<String, Long> addresses = new HashMap<>();
        for (Symbol symbol : symbols) {
            // A name that occurs twice tells nothing: -1 is no address of a function.
            addresses.merge(symbol.name(), kernel.model().address(symbol.address() + delta), (a, b) -> -1L);
        }
        int both = 0;
        int equal = 0;
        for (Symbol symbol : kernel.all().toList()) {
            Long address = addresses.get(symbol.name());
            boolean once =
                    symbol.module().isEmpty() && kernel.byName(symbol.name()).size() == 1;
            if (SymbolType.isText(symbol.type()) && once && address != null && address != -1) {
                both++;
                equal += address == symbol.address() ? 1 : 0;
            }
        }
        if (equal * 100L < both * (long) ENOUGH_PERCENT) {
            throw new SymbolException("%s does not belong to this kernel: %d of %d functions are at other addresses"
                    .formatted(name, both - equal, both));
        }
    }
}
