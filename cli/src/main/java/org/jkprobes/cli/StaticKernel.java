package org.jkprobes.cli;

import java.nio.file.Path;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.ImageException;
import org.jkprobes.images.KernelImage;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.MemoryReader;

/**
 * A kernel that is looked into without running it, at the addresses it is linked for.
 *
 * @param guest whose kernel it is
 * @param memory the image, at those addresses
 */
record StaticKernel(Guest guest, KernelSymbols symbols, MemoryReader memory) {
    /**
     * Opens the kernel that was asked for and reads its symbols.
     *
     * @throws ImageException if it cannot be had, or is no kernel for this guest
     * @throws org.jkprobes.symbols.SymbolException if it holds no symbols, or the file of more is damaged
     */
    static StaticKernel open(KernelOption option, SymbolsOption more, ProgressLine progress) throws ImageException {
        more.file.ifPresent(file -> InputFile.check("--symbols", file));
        ImageMemory memory = new ImageMemory(image(option, progress));
        progress.brief("reading its symbols");
        return new StaticKernel(option.guest, ImageSymbols.of(memory, option.guest.kernelSpace(), more.file), memory);
    }

    /**
     * The kernel that was asked for, unpacked: the user's file, or Debian's, fetched on first use.
     *
     * @throws ImageException if it cannot be had, or is no kernel for this guest
     */
    static KernelImage image(KernelOption option, ProgressLine progress) throws ImageException {
        CacheFolder cache = CacheFolder.ofUser();
        Path file;
        if (option.kernel.isPresent()) {
            file = option.kernel.get();
            InputFile.check("--kernel", file);
        } else {
            file = DebianKernels.fetchFor(option.guest.architecture(), progress).kernel();
        }
        progress.brief("unpacking the kernel");
        return KernelImage.open(file, cache).require(option.guest.architecture());
    }
}
