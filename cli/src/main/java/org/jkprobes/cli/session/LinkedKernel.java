package org.jkprobes.cli.session;

import org.jkprobes.cli.ImageMemory;
import org.jkprobes.cli.ImageSymbols;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.images.KernelImage;
import org.jkprobes.symbols.KernelSymbols;

/** A kernel where it is linked, before it moves. Decoding its symbols takes a moment: only when they are asked for. */
record LinkedKernel(KernelImage image, RunOptions options) {
    /**
     * The image's own symbols, and those of the user's file.
     *
     * @throws org.jkprobes.symbols.SymbolException if there are none, or the file is damaged or of another kernel
     */
    KernelSymbols symbols() {
        return ImageSymbols.of(memory(), options.guest().kernelSpace(), options.symbols());
    }

    ImageMemory memory() {
        return new ImageMemory(image);
    }

    long entry() {
        return image.entry();
    }
}
