package org.jkprobes.symbols.kallsyms;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.KernelSpace;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.MemoryReader;
import org.jkprobes.symbols.SymbolException;
import org.jkprobes.target.Symbol;

/**
 * Reads a kernel's own symbol tables. Works for Linux with compressed symbol names (2.6.10 and later),
 * checked on 6.1 and 6.12.
 */
public final class Kallsyms {
    private Kallsyms() {}

    /**
     * The symbols in an unpacked kernel image, at the addresses it is linked for (at those it runs at,
     * if the bytes come out of the memory of a running one).
     *
     * @param image the bytes of the kernel in memory order: a raw image, an ELF file, or the segment
     *     that holds its read-only data
     * @throws SymbolException when there are no such tables in it
     */
    public static KernelSymbols inImage(byte[] image, DataModel model) {
        return search(image, model)
                .orElseThrow(() -> new SymbolException(
                        "no kallsyms tables in this image: not an unpacked kernel, or one built without KALLSYMS"));
    }

    /**
     * The symbols of the kernel in a guest's memory, at the addresses it runs at.
     *
     * @throws SymbolException when there is none (yet): the guest may still be in its firmware or
     *     unpacking its kernel
     */
    public static KernelSymbols inMemory(MemoryReader memory, KernelSpace space) {
        return new MemorySearch(memory, space).last(symbols -> true).orElseThrow(Kallsyms::noneInMemory);
    }

    /**
     * As {@link #inMemory(MemoryReader, KernelSpace)}, of the kernel whose text holds {@code pc}: certain
     * also where copies of kernels lie about.
     *
     * @param pc an address in the running kernel, such as the pc of a vCPU stopped in it
     */
    public static KernelSymbols inMemory(MemoryReader memory, KernelSpace space, long pc) {
        return new MemorySearch(memory, space)
                .first(symbols -> symbols.isText(pc))
                .orElseThrow(Kallsyms::noneInMemory);
    }

    private static SymbolException noneInMemory() {
        return new SymbolException("no kallsyms tables in the guest's memory: no kernel runs there yet");
    }

    private static Optional<KernelSymbols> search(byte[] bytes, DataModel model) {
        ImageBytes image = new ImageBytes(bytes, model);
        Optional<TokenTable> tokens = TokenTable.find(image, 0);
        while (tokens.isPresent()) {
            Optional<KernelSymbols> symbols = decode(image, tokens.get());
            if (symbols.isPresent()) {
                return symbols;
            }
            tokens = TokenTable.find(image, tokens.get().indexEnd());
        }
        return Optional.empty();
    }

    static Optional<KernelSymbols> decode(ImageBytes image, TokenTable tokens) {
        return NameTable.before(image, tokens)
                .flatMap(names ->
                        AddressTable.of(image, names, tokens).map(addresses -> join(image.model(), names, addresses)));
    }

    private static KernelSymbols join(DataModel model, NameTable names, AddressTable addresses) {
        List<Symbol> symbols = new ArrayList<>(names.size());
        for (int i = 0; i < names.size(); i++) {
            symbols.add(new Symbol(names.name(i), addresses.address(i), 1, "", names.type(i)));
        }
        return KernelSymbols.of(model, symbols);
    }
}
