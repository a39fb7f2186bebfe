package org.jkprobes.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jkprobes.symbols.KernelSpace;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.file.SymbolFile;
import org.jkprobes.symbols.kallsyms.Kallsyms;

/** The symbols of a kernel image, at the addresses it is linked for. */
public final class ImageSymbols {
    private ImageSymbols() {}

    /**
     * Those the image lists itself, and those of a System.map or ELF file.
     *
     * @throws org.jkprobes.symbols.SymbolException if the image has none, or the file is damaged or of another kernel
     */
    public static KernelSymbols of(ImageMemory image, KernelSpace space, Optional<Path> file) {
        KernelSymbols own = Kallsyms.inMemory(image, space);
        return file.map(more -> SymbolFile.read(more, own.model()).addedTo(own)).orElse(own);
    }
}
