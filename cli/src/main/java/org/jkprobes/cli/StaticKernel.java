package org.jkprobes.cli;

import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.ImageException;
import org.jkprobes.images.KernelImage;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.MemoryReader;
import org.jkprobes.symbols.kallsyms.Kallsyms;

/**
 * A kernel that is looked into without running it, at the addresses it is linked for.
 *
 * @param memory the image, at those addresses
 */
record StaticKernel(KernelSymbols symbols, MemoryReader memory) {
    /**
     * Opens the kernel that was asked for: the user's file, or Debian's, fetched on first use.
     *
     * @throws ImageException if it cannot be had, or is no kernel for this guest
     * @throws org.jkprobes.symbols.SymbolException if it holds no symbols
     */
    static StaticKernel open(KernelOption option, ProgressLine progress) throws ImageException {
        CacheFolder cache = CacheFolder.ofUser();
        KernelImage image;
        if (option.kernel.isPresent()) {
            InputFile.check("--kernel", option.kernel.get());
            progress.brief("unpacking the kernel");
            image = KernelImage.open(option.kernel.get(), cache);
        } else {
            DebianKernels.Fetched debian = DebianKernels.fetchFor(option.guest.architecture(), progress);
            progress.brief("unpacking the kernel");
            image = KernelImage.open(debian.kernel(), cache);
        }
        progress.brief("reading its symbols");
        MemoryReader memory = new ImageMemory(image.require(option.guest.architecture()));
        return new StaticKernel(Kallsyms.inMemory(memory, option.guest.kernelSpace()), memory);
    }
}
